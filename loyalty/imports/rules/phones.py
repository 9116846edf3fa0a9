"""Phone numbers as people and spreadsheets write them, to E.164 or to nothing with a reason (I1)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers

from loyalty.imports.rules.names import clean

MISSING: Final = "phone_missing"
UNREADABLE: Final = "phone_unreadable"
IMPOSSIBLE: Final = "phone_impossible"
DIGITS_LOST: Final = "phone_digits_lost"
SECOND_KEPT: Final = "phone_second_kept"

_FLOAT = re.compile(r"(\d+)[.,]0+")
_EXPONENT = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_BETWEEN = re.compile(r"\s*[/;|\n]\s*|,\s+")


@dataclass(frozen=True, slots=True)
class Phone:
    """What one cell held: the number in E.164 or None, further numbers, and a remark's code or None."""

    e164: str | None = None
    others: tuple[str, ...] = ()
    remark: str | None = None


def to_e164(raw: str, region: str) -> str | None:
    """The number in E.164 if the numbering plan knows it as valid, else None; a number that is merely
    possible is nobody's."""
    number = _parsed(raw, region)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parsed(raw: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None


@lru_cache(maxsize=65536)
def read_phone(raw: str, region: str) -> Phone:
    """A cell of a phone column. Numbers that a spreadsheet turned into 901234568.0 or 9.01234569E8 come
    back, 9.01E+08 has lost digits and does not; of several numbers the first is the phone."""
    text = clean(unicodedata.normalize("NFKC", raw)).lstrip("'`’ ").replace("(+)", "+")
    if not any(char.isalnum() for char in text):
        return Phone(remark=UNREADABLE if text else MISSING)
    exponent = _EXPONENT.fullmatch(text)
    if exponent:
        return _from_exponent(*exponent.groups(default=""), region=region)
    whole = _FLOAT.fullmatch(text)
    e164 = to_e164(whole[1] if whole else text, region)
    return Phone(e164) if e164 else _several(text, region)


def _from_exponent(first: str, rest: str, power: str, *, region: str) -> Phone:
    if len(rest) != int(power):
        return Phone(remark=DIGITS_LOST)
    e164 = to_e164(first + rest, region)
    return Phone(e164) if e164 else Phone(remark=IMPOSSIBLE)


def _several(text: str, region: str) -> Phone:
    found = [number for part in _BETWEEN.split(text) if (number := to_e164(part, region))]
    if found:
        return Phone(found[0], tuple(dict.fromkeys(found[1:])), SECOND_KEPT if found[1:] else None)
    return Phone(remark=IMPOSSIBLE if sum(char.isdigit() for char in text) > 5 else UNREADABLE)
