"""Money as written in bills, to integer minor units; what could be read two ways is not guessed (I1)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from loyalty.imports.rules.names import clean

MISSING: Final = "amount_missing"
UNREADABLE: Final = "amount_unreadable"
AMBIGUOUS: Final = "amount_ambiguous"
OTHER_CURRENCY: Final = "amount_currency"
TOO_LARGE: Final = "amount_too_large"
SHORTHAND: Final = "amount_shorthand"

MAX_MINOR = 10**14

_SIGNS: Final = {
    "VND": ("vnđ", "vnd", "đồng", "dong", "₫", "đ"),
    "RUB": ("рублей", "рубля", "рубль", "руб.", "руб", "rub", "rur", "₽", "р.", "р"),
    "CNY": ("人民币", "cny", "rmb", "元", "¥"),
    "USD": ("us$", "usd", "$"),
    "EUR": ("eur", "€"),
}
_FREE = {"miễn phí", "mien phi", "free", "бесплатно", "免费"}
_GROUPED = re.compile(r"\d{1,3}(?P<sep>[ '.,])\d{3}(?:(?P=sep)\d{3})*")
_SHORT = re.compile(r"(\d+)(?:[.,](\d{1,3}))? ?(k|nghìn|ngàn|triệu|tr)(\d{0,3})")
_SHORT_POWER = {"k": 3, "nghìn": 3, "ngàn": 3, "triệu": 6, "tr": 6}
_COMMA_GROUPS = re.compile(r"\d,\d{3},\d{3}|\d,\d{3}\.\d")
_COMMA_DECIMAL = re.compile(r"\d\.\d{3},\d|,\d{1,2}(?!\d)")


@dataclass(frozen=True, slots=True)
class Amount:
    """What one cell held: minor units (negative for a refund) or None, and a code if there is a remark."""

    minor: int | None = None
    code: str | None = None


def comma_groups_thousands(cells: Iterable[str]) -> bool:
    """Whether a column shows by other cells that its comma stands between thousands, never before cents."""
    text = "\n".join(cells)
    return bool(_COMMA_GROUPS.search(text)) and not _COMMA_DECIMAL.search(text)


@lru_cache(maxsize=65536)
def read_amount(raw: str, currency: str, digits: int, comma_groups: bool = False) -> Amount:
    """A cell of a money column in a currency with ``digits`` minor digits."""
    text = clean(unicodedata.normalize("NFKC", raw)).lstrip("'").casefold()
    if not text:
        return Amount(code=MISSING)
    if text in _FREE:
        return Amount(0, SHORTHAND)
    bare = _without_sign(text, currency)
    if bare is None:
        return Amount(code=OTHER_CURRENCY)
    positive, minus = _without_minus(bare)
    if currency == "VND" and (short := _SHORT.fullmatch(positive)):
        return _shorthand(short, minus)
    return _plain(positive, minus, currency, digits, comma_groups)


def _without_sign(text: str, currency: str) -> str | None:
    """The text without its own currency's sign; None if it names another currency."""
    for sign in _SIGNS.get(currency, (currency.casefold(),)):
        trimmed = text.removeprefix(sign) if text.startswith(sign) else text.removesuffix(sign)
        if trimmed != text:
            return trimmed.strip()
    signs = (sign for code, known in _SIGNS.items() if code != currency for sign in known if len(sign) > 1)
    return None if any(sign in text for sign in (*signs, "$", "€", "₽", "₫", "¥", "元")) else text


def _without_minus(text: str) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text[:1] in ("-", "\u2212"):
        return text[1:].strip(), True
    return text, False


def _shorthand(found: re.Match[str], minus: bool) -> Amount:
    whole, tenths, unit, tail = found.groups(default="")
    if tenths and tail:
        return Amount(code=UNREADABLE)
    value = Decimal(f"{whole}.{tenths or tail or 0}").scaleb(_SHORT_POWER[unit])
    return _checked(value, minus, 0, SHORTHAND)


def _plain(text: str, minus: bool, currency: str, digits: int, comma_groups: bool) -> Amount:
    if not re.fullmatch(r"\d(?:[\d .,']*\d)?", text):
        return Amount(code=UNREADABLE)
    whole, decimals = _split(text, currency, digits, comma_groups)
    if whole is None:
        return Amount(code=AMBIGUOUS)
    if not whole.isdigit() or not decimals.isdigit():
        return Amount(code=UNREADABLE)
    return _checked(Decimal(f"{whole}.{decimals}"), minus, digits, None)


def _split(text: str, currency: str, digits: int, comma_groups: bool) -> tuple[str | None, str]:
    """Whole part and decimals; (None, '') where comma or dot could be either."""
    mark = max(text.rfind("."), text.rfind(","))
    if mark < 0:
        return _ungrouped(text), "0"
    symbol, after = text[mark], len(text) - mark - 1
    if _GROUPED.fullmatch(text) and _groups(text, symbol, currency, digits, comma_groups):
        return _ungrouped(text), "0"
    if text.count(symbol) > 1:
        return "?", "0"
    if after == 3:
        return None, ""
    decimals = text[mark + 1 :]
    if digits == 0 and decimals.strip("0"):
        return None, ""
    return _ungrouped(text[:mark]), decimals


def _groups(text: str, symbol: str, currency: str, digits: int, comma_groups: bool) -> bool:
    """Whether the symbol stands between thousands: if repeated always, else by habit."""
    if text.count(symbol) > 1 or (symbol == "," and comma_groups):
        return True
    return symbol == "." if digits == 0 else symbol == "," and currency in ("CNY", "USD")


def _ungrouped(text: str) -> str:
    """The digits of a whole number whose thousands are rightly grouped, '?' otherwise."""
    if text.isdigit():
        return text
    return re.sub(r"\D", "", text) if _GROUPED.fullmatch(text) else "?"


def _checked(value: Decimal, minus: bool, digits: int, code: str | None) -> Amount:
    minor = value.scaleb(digits)
    if minor > MAX_MINOR:
        return Amount(code=TOO_LARGE)
    if minor != minor.to_integral_value():
        return Amount(code=AMBIGUOUS)
    return Amount(-int(minor) if minus else int(minor), code)
