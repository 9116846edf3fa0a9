"""Codes people read aloud: random, without letters or digits that look alike (F1)."""

import hashlib
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
INVITE_LENGTH = 8


def new_code(length: int = INVITE_LENGTH) -> str:
    """An unguessable code; 8 signs of 30 give about 6.5e11 possibilities."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def clean_code(text: str) -> str:
    """What a person typed, as the code is stored: upper case, blanks and dashes gone."""
    return "".join(sign for sign in text.upper() if sign in ALPHABET)


def new_token() -> str:
    """A secret of 256 bits for links and sessions; only its digest is stored."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """The stored form of a token with enough entropy to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
