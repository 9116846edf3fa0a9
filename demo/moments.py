"""The demo's calendar: days and months counted back from the moment of loading."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from loyalty.kernel.clock import ClinicCalendar, Month, add_months

OPENS, CLOSES = time(7, 0), time(20, 0)
_STEP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Moments:
    """Instants relative to ``now``; hours are the clinic's own, written ``"09:30"``."""

    calendar: ClinicCalendar
    now: datetime

    @property
    def today(self) -> date:
        return self.calendar.day_of(self.now)

    @property
    def month(self) -> Month:
        return self.calendar.month_of(self.now)

    def on(self, day: date, hour: str) -> datetime:
        return self.calendar.at(day, time.fromisoformat(hour))

    def days_ago(self, days: int, hour: str) -> datetime:
        """That many days before today; a negative number lies ahead."""
        return self.on(self.today - timedelta(days=days), hour)

    def in_month(self, months_ago: int, day: int, hour: str) -> datetime:
        """A day of the month that lies so many months before this one; 28 is the last day to be sure of."""
        return self.on(self.month.plus(-months_ago).first.replace(day=day), hour)

    def ending_in(self, life_months: int, days: int, hour: str) -> datetime:
        """When something that lives that many months must begin to end about so many days from today."""
        return self.on(add_months(self.today, -life_months) + timedelta(days=days), hour)

    def ago(self, **amount: int) -> datetime:
        return self.now - timedelta(**amount)

    def last(self, hour: str) -> datetime:
        """The latest time the clock showed that hour, an hour ago or earlier."""
        today = self.days_ago(0, hour)
        return today if today <= self.ago(hours=1) else self.days_ago(1, hour)

    def just_now(self, minutes: int) -> datetime:
        """So many minutes ago, on a time that an appointment would have."""
        return _on_the_clock(self.ago(minutes=minutes))

    def later_today(self, count: int) -> list[datetime]:
        """Times still ahead of today, in the opening hours while they last; late at night close together."""
        start = max(self.now, self.calendar.at(self.today, OPENS))
        end = self.calendar.at(self.today, CLOSES)
        if end - start < timedelta(hours=1):
            end = self.calendar.day_bounds(self.today)[1] - timedelta(minutes=1)
        pause = (end - start) / (count + 1)
        return [max(_on_the_clock(start + pause * turn), start) for turn in range(1, count + 1)]


def _on_the_clock(moment: datetime) -> datetime:
    """The last full five minutes before a moment."""
    return moment - (moment - moment.replace(minute=0, second=0, microsecond=0)) % _STEP
