"""Days and instants in the spellings of four countries and of spreadsheets (I1)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from loyalty.imports.rules.names import clean

ORDERS: Final = ("dmy", "mdy", "ymd")

_CLOCK = r"(?:[ t,]+(?P<h>\d{1,2})[:h](?P<mi>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?(?: ?(?P<half>[ap])\.?m\.?)?)?"
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})" + _CLOCK)
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})" + _CLOCK)
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})")
_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})")
_VIETNAMESE = re.compile(r"(?:ngày )?(?P<d>\d{1,2}) tháng (?P<m>\d{1,2})(?: năm|,)? (?P<y>\d{4})")
_CHINESE = re.compile(r"(?P<y>\d{4}) ?年 ?(?P<m>\d{1,2}) ?月 ?(?P<d>\d{1,2}) ?[日号]" + _CLOCK)
_DAY_WORD = re.compile(r"(?P<d>\d{1,2})[ -](?P<w>[a-zа-яё]{3,9})\.?,?[ -](?P<y>\d{4})(?: ?г(?:\.|ода)?)?")
_WORD_DAY = re.compile(r"(?P<w>[a-z]{3,9})\.? (?P<d>\d{1,2}),? (?P<y>\d{4})")
_SERIAL = re.compile(r"(?P<days>\d{5})(?:[.,](?P<part>\d+))?")
_SERIAL_EPOCH = date(1899, 12, 30)
_MONTHS = {
    word: number
    for words in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "янв фев мар апр мая июн июл авг сен окт ноя дек",
    )
    for number, word in enumerate(words.split(), 1)
} | {"май": 5}


@dataclass(frozen=True, slots=True)
class When:
    """A day on the clinic's calendar and the instant (aware, UTC): the day's first moment if the cell had
    no time of day."""

    on: date
    at: datetime
    has_time: bool


@lru_cache(maxsize=65536)
def read_when(raw: str, order: str, zone: str) -> When | None:
    """A cell of a date column, None if it is no date. ``order`` is the column's one order of day and month
    where the year stands last; a clock without offset is the clinic's (``zone``, an IANA name)."""
    text = clean(unicodedata.normalize("NFKC", raw)).lstrip("'").casefold()
    local = ZoneInfo(zone)
    if _OFFSET.fullmatch(text):
        return _instant(text.upper(), local)
    parts = _parts(text, order)
    if parts is None:
        return None
    day, clock = parts
    at = datetime.combine(day, clock or time(), local).astimezone(UTC)
    return When(day, at, clock is not None)


def read_day(raw: str, order: str, zone: str) -> date | None:
    """A cell that names a day of a life: a birth or a death. Two digits of a year could be either century
    here, so they are not guessed."""
    last = _YEAR_LAST.fullmatch(clean(raw))
    if last and len(last["y"]) == 2:
        return None
    when = read_when(raw, order, zone)
    return when.on if when else None


def _instant(text: str, local: ZoneInfo) -> When | None:
    try:
        at = datetime.fromisoformat(text)
        day = at.astimezone(local).date()
    except (ValueError, OverflowError):
        return None
    return When(day, at.astimezone(UTC), True) if _in_range(day.year) else None


def _parts(text: str, order: str) -> tuple[date, time | None] | None:
    serial = _SERIAL.fullmatch(text)
    try:
        if serial:
            return _from_serial(serial)
        found = _match(text, order)
        if found is None:
            return None
        year, month, day, clock = found
        return (date(year, month, day), clock) if _in_range(year) else None
    except ValueError:
        return None


def _in_range(year: int) -> bool:
    return 1900 <= year <= 2100


def _from_serial(found: re.Match[str]) -> tuple[date, time | None]:
    day = _SERIAL_EPOCH + timedelta(days=int(found["days"]))
    if not found["part"]:
        return day, None
    minutes = min(round(float(f"0.{found['part']}") * 1440), 1439)
    return day, time(minutes // 60, minutes % 60)


def _match(text: str, order: str) -> tuple[int, int, int, time | None] | None:
    for pattern in (_YEAR_FIRST, _CHINESE, _COMPACT, _VIETNAMESE):
        found = pattern.fullmatch(text)
        if found:
            return int(found["y"]), int(found["m"]), int(found["d"]), _clock(found)
    last = _YEAR_LAST.fullmatch(text)
    if last:
        return _year_last(last, order)
    worded = _DAY_WORD.fullmatch(text) or _WORD_DAY.fullmatch(text)
    if worded and worded["w"][:3] in _MONTHS:
        return int(worded["y"]), _MONTHS[worded["w"][:3]], int(worded["d"]), None
    return None


def _year_last(found: re.Match[str], order: str) -> tuple[int, int, int, time | None] | None:
    if order == "ymd":
        return None
    first, second, year = int(found["a"]), int(found["b"]), int(found["y"])
    month, day = (first, second) if order == "mdy" else (second, first)
    if len(found["y"]) == 2:
        year += 2000 if year < 70 else 1900
    return year, month, day, _clock(found)


def _clock(found: re.Match[str]) -> time | None:
    groups = found.groupdict()
    if groups.get("h") is None:
        return None
    hour = int(groups["h"])
    if groups["half"]:
        hour = hour % 12 + (12 if groups["half"] == "p" else 0)
    return time(hour, int(groups["mi"]), int(groups["s"] or 0))
