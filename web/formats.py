"""Days, times, money and numbers as the reader's language writes them; kept, since Babel is slow.

Every filter takes the value first and an optional ``language``; without one it is the language in force.
Instants are shown in the clinic's time zone (TM1), money in its currency.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from flask import Flask

from loyalty.kernel.clock import Month
from loyalty.kernel.money import minor_digits, to_decimal
from loyalty.rewards.rules.codes import grouped
from web.clinic import current_programme
from web.i18n import current_language

KEPT = 4096
#: Where Babel's form is not what people write: Vietnamese days are all digits, and a year has four of them.
_DAY_FORMS = {("vi", "medium"): "dd/MM/yyyy"}
_MOMENT_FORMS = {("vi", "short"): "HH:mm dd/MM/yyyy"}


def day(value: date | datetime, style: str = "medium", language: str | None = None) -> str:
    """A day: "22/11/2026" in Vietnamese; ``style``: short, long, full or a pattern such as ``d MMM``."""
    if isinstance(value, datetime):
        value = current_programme().calendar.day_of(value)
    return _day(value, style, language or current_language())


def day_time(value: datetime, style: str = "short", language: str | None = None) -> str:
    """An instant as day and time in the clinic's zone."""
    local = current_programme().calendar.local(value)
    return _day_time(
        local.replace(tzinfo=None, second=0, microsecond=0), style, language or current_language()
    )


def clock_time(value: datetime, language: str | None = None) -> str:
    """The time of day of an instant in the clinic's zone: 09:30, without seconds."""
    local = current_programme().calendar.local(value)
    return _time(local.hour, local.minute, language or current_language())


def month(value: Month | date, language: str | None = None) -> str:
    """A month with its year: "tháng 11 năm 2026"."""
    first = value.first if isinstance(value, Month) else value
    return _skeleton(first, "yMMMM", language or current_language())


def capital(text: str) -> str:
    """A text as a heading or a row begins it; months are small in Vietnamese and Russian sentences."""
    return text[:1].upper() + text[1:]


def money(minor: int, currency: str | None = None, language: str | None = None) -> str:
    """An amount in minor units with its currency's sign; whole amounts without decimals."""
    return _money(minor, currency or current_programme().currency, language or current_language())


def number(value: float, language: str | None = None) -> str:
    """A number with the language's grouping and decimal signs."""
    return _number(value, language or current_language())


def percent(value: float, language: str | None = None) -> str:
    """A percentage given as 62.5 for 62.5 %."""
    return _percent(value, language or current_language())


@lru_cache(maxsize=KEPT)
def _day(value: date, style: str, language: str) -> str:
    return dates.format_date(value, _DAY_FORMS.get((language, style), style), locale=language)


@lru_cache(maxsize=KEPT)
def _day_time(value: datetime, style: str, language: str) -> str:
    return dates.format_datetime(value, _MOMENT_FORMS.get((language, style), style), locale=language)


@lru_cache(maxsize=KEPT)
def _time(hour: int, minute: int, language: str) -> str:
    return dates.format_time(
        datetime(2000, 1, 1, hour, minute, tzinfo=ZoneInfo("UTC")), "short", locale=language
    )


@lru_cache(maxsize=KEPT)
def _skeleton(value: date, skeleton: str, language: str) -> str:
    return dates.format_skeleton(skeleton, value, locale=language)


@lru_cache(maxsize=KEPT)
def _money(minor: int, currency: str, language: str) -> str:
    amount = to_decimal(minor, currency)
    whole = amount == amount.to_integral_value()
    if whole and minor_digits(currency):
        return numbers.format_currency(
            int(amount), currency, locale=language, currency_digits=False, format=_whole_pattern(language)
        )
    return numbers.format_currency(amount, currency, locale=language)


@lru_cache(maxsize=4)
def _whole_pattern(language: str) -> str:
    pattern: str = Locale.parse(language).currency_formats["standard"].pattern
    return pattern.replace(".00", "")


@lru_cache(maxsize=KEPT)
def _number(value: float | Decimal, language: str) -> str:
    return numbers.format_decimal(value, locale=language)


@lru_cache(maxsize=KEPT)
def _percent(value: float, language: str) -> str:
    return numbers.format_percent(
        value / 100, "#,##0.#%" if language != "ru" else "#,##0.#\u00a0%", locale=language
    )


def init_formats(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=day,
        datetime=day_time,
        time=clock_time,
        month=month,
        capital=capital,
        money=money,
        number=number,
        percent=percent,
        spaced_code=grouped,
        dateformat=day,
        datetimeformat=day_time,
        timeformat=clock_time,
        numberformat=number,
        decimalformat=number,
    )
