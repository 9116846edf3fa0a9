"""The staff's second factor: time-based codes that work once, and recovery codes for a lost phone."""

from datetime import datetime

import pyotp

from loyalty.access.rules.codes import clean_digits
from loyalty.kernel.codes import new_code

STEP_SECONDS = 30
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10


def new_totp_secret() -> str:
    return pyotp.random_base32()


def totp_uri(secret: str, *, account: str, issuer: str) -> str:
    """What an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def totp_now(secret: str, now: datetime) -> str:
    """The code that an authenticator app shows at ``now``."""
    return pyotp.TOTP(secret).at(now)


def matching_step(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """The time step a code belongs to: this one or a neighbour, and later than the last one used."""
    digits = clean_digits(code)
    current = int(now.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret)
    for step in (current, current - 1, current + 1):
        unused = last_step is None or step > last_step
        if unused and pyotp.utils.strings_equal(digits, generator.at(step * STEP_SECONDS)):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Ten codes in two groups of five signs, 49 bits each."""
    return [
        "-".join((code[:5], code[5:])) for code in (new_code(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES))
    ]
