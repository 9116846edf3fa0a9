"""Decisions about identity and consent on plain values."""

import hashlib
import secrets

from loyalty.kernel.localized import LANGUAGES
from loyalty.kernel.refusal import Refusal

PURPOSES = ("care", "marketing", "referral", "leaderboard", "survey", "photo", "tracking")
CHANNELS = ("sms", "zalo", "viber", "whatsapp", "telegram", "wechat", "email", "call")
SEXES = ("female", "male", "other")
SOURCES = ("referral", "channel", "walk_in")
#: Those who may only pass on what the patient said, never lift her own opt-out (C10).
ON_BEHALF = ("desk", "api", "import")


def new_card_number() -> str:
    """Eight random digits; they carry nothing about the person or the order of joining."""
    return f"{secrets.randbelow(10**8):08d}"


def digest_of_id_number(text: str) -> str:
    """The form in which an identity document's number is kept and compared, never the number (F6)."""
    kept = "".join(sign for sign in text.upper() if sign.isalnum())
    return hashlib.sha256(kept.encode()).hexdigest()


def check_choice(field: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is neither empty nor one of the closed list."""
    if value is not None and value not in allowed:
        raise Refusal("unknown_choice", field=field, value=str(value))


def check_language(value: str | None) -> None:
    check_choice("language", value, LANGUAGES)
