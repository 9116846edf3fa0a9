"""One-time codes: worked out from a secret and a nonce, so that no table holds anything that can be read."""

import hmac
from datetime import timedelta

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5


def keyed(secret: str, purpose: str, *parts: str) -> bytes:
    """A keyed digest for one purpose; another purpose never gives the same."""
    return hmac.digest(secret.encode(), "\0".join((purpose, *parts)).encode(), "sha256")


def code_of(secret: str, nonce: str) -> str:
    """The six digits that belong to a nonce; 64 bits modulo a million are as good as even."""
    number = int.from_bytes(keyed(secret, "login-code", nonce)[:8], "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def code_digest(secret: str, nonce: str, code: str) -> str:
    """What is stored of a code."""
    return keyed(secret, "login-code-digest", nonce, code).hex()


def same(left: str, right: str) -> bool:
    """Compare digests without telling by the time how far they agree."""
    return hmac.compare_digest(left.encode(), right.encode())


def clean_digits(text: str) -> str:
    """The digits of what a person typed or pasted, full-width ones as plain ones."""
    return "".join(str(int(sign)) for sign in text if sign.isdecimal())
