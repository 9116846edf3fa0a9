"""Names, phones and e-mail addresses in the one form in which they are compared (F6, I1)."""

import re
import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from loyalty.kernel.refusal import Refusal

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_SPACES = re.compile(r"\s+")
_LETTERS = str.maketrans({"đ": "d", "ё": "е", "ı": "i", "ß": "ss"})


def clean_name(name: str) -> str:
    """A name as it is kept: NFC, no invisible signs, single blanks."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", name))).strip()


def search_key(name: str) -> str:
    """A name as it is searched: no case, no tone marks, đ as d, ё as е, single blanks."""
    plain = unicodedata.normalize("NFD", clean_name(name).casefold().translate(_LETTERS))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def normalise_phone(text: str, region: str) -> str:
    """A phone number in E.164; refuses what no phone of ``region`` could be."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Refusal("phone_unreadable") from None
    if not phonenumbers.is_valid_number(number):
        raise Refusal("phone_unreadable")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(text: str) -> str:
    """An e-mail address in lower case; refuses what no mail server would take."""
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Refusal("email_unreadable") from None


def masked_phone(phone: str | None) -> str:
    """A phone number of which only the last three digits can be read."""
    return f"••• {phone[-3:]}" if phone else ""


def masked_name(name: str) -> str:
    """Initials only: what a board shows of a person without an approved nickname (B6)."""
    return " ".join(f"{part[0]}." for part in clean_name(name).split(" ") if part)
