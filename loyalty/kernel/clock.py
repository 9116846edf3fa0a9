"""The one clock, and the clinic's calendar (TM1 to TM5)."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present instant, aware, in UTC. Nothing else in the product asks for the time."""
    return datetime.now(UTC)


def add_months(day: date, months: int) -> date:
    """Calendar addition clamped to the month's last day (TM2): 31 August + 6 = 28 or 29 February."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def birthday_in(year: int, born_on: date) -> date:
    """The birthday kept in ``year``; 29 February falls on the 28th in common years (TM5)."""
    if born_on.month == 2 and born_on.day == 29 and not calendar.isleap(year):
        return date(year, 2, 28)
    return born_on.replace(year=year)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, written ``2026-11``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read ``YYYY-MM``; anything else is a ValueError."""
        if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text) is None or text.startswith("0000"):
            raise ValueError(f"not a month: {text!r}")
        return cls(int(text[:4]), int(text[5:]))

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    def plus(self, months: int) -> "Month":
        moved = add_months(self.first, months)
        return Month(moved.year, moved.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


@dataclass(frozen=True, slots=True)
class ClinicCalendar:
    """Days, months and their bounds in the clinic's IANA zone; every period is half-open (TM1)."""

    zone: ZoneInfo

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)

    def day_of(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def month_of(self, instant: datetime) -> Month:
        day = self.day_of(instant)
        return Month(day.year, day.month)

    def at(self, day: date, moment: time) -> datetime:
        """The instant at which the clinic's clock shows ``moment`` on ``day``."""
        return datetime.combine(day, moment, self.zone).astimezone(UTC)

    def day_bounds(self, day: date) -> tuple[datetime, datetime]:
        return self.at(day, time.min), self.at(day + timedelta(days=1), time.min)

    def month_bounds(self, month: Month) -> tuple[datetime, datetime]:
        return self.at(month.first, time.min), self.at(month.plus(1).first, time.min)


@lru_cache(maxsize=16)
def clinic_calendar(zone: str) -> ClinicCalendar:
    """The calendar of an IANA zone name; an unknown name is a ``ZoneInfoNotFoundError``."""
    return ClinicCalendar(ZoneInfo(zone))
