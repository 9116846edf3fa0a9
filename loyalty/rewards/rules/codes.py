"""Codes of vouchers, certificates, packages and redemptions: drawn ones, and those the clinic chooses."""

import unicodedata

from loyalty.kernel.codes import new_code
from loyalty.kernel.refusal import Refusal

DRAWN_LENGTH = 12
SHORTEST, LONGEST = 4, 24
_SIGNS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def drawn() -> str:
    """A new code nobody can guess: 12 signs of 30 are 59 bits."""
    return new_code(DRAWN_LENGTH)


def clean(text: str) -> str:
    """What a person typed or scanned, as codes are stored: upper case, blanks and dashes gone.

    Unlike invite codes these keep every letter and digit, for promo codes are words that the clinic chooses.
    """
    wide = unicodedata.normalize("NFKC", text[: 4 * LONGEST]).upper()
    return "".join(sign for sign in wide if sign in _SIGNS)


def grouped(code: str) -> str:
    """A drawn code in groups of four, as people read it aloud; a promo code stays one word."""
    if len(code) != DRAWN_LENGTH:
        return code
    return "-".join(code[start : start + 4] for start in range(0, DRAWN_LENGTH, 4))


def chosen(text: str) -> str:
    """A promo code as the clinic wants it; refuses ``voucher_code_bad``."""
    code = clean(text)
    if not SHORTEST <= len(code) <= LONGEST or len(code) < len("".join(text.split()).replace("-", "")):
        raise Refusal("voucher_code_bad", shortest=SHORTEST, longest=LONGEST)
    return code
