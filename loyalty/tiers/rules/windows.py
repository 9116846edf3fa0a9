"""Over which days visits and friends count, and at which three days the ladder is looked at (M4, M6)."""

from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.clinic.rules.settings import Settings
from loyalty.kernel.clock import add_months

LIFETIME, ROLLING, YEAR = WINDOWS = ("lifetime", "rolling_12_months", "calendar_year")


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from ``first`` to ``last``, both counted in; None is open."""

    first: date | None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Looks:
    """What counts today (a rise), on the day a fall would have to be announced for, and in the grace (M6).

    ``ahead`` is the notice less the grace away from today: a tier that its window does not carry there falls
    in ``notice_days``, which is ``grace_days`` after the window has stopped carrying it. ``behind`` is the
    grace before today: what counted then still holds. ``ahead_is_past`` where the grace is longer than the
    notice: what counts today holds then as well.
    """

    now: Period
    ahead: Period
    behind: Period
    ahead_is_past: bool

    @property
    def earliest(self) -> date | None:
        """The first day that any of the three asks for."""
        return self.behind.first


def period(window: str, day: date) -> Period:
    """The days that count on ``day``; twelve months back is calendar subtraction (TM2)."""
    if window == ROLLING:
        return Period(add_months(day, -12) + timedelta(days=1))
    if window == YEAR:
        return Period(date(day.year, 1, 1), date(day.year, 12, 31))
    return Period(None)


def looks(settings: Settings, today: date) -> Looks:
    """The three periods for a review on ``today``."""
    window, grace = settings["tiers.window"], settings["tiers.grace_days"]
    away = settings["tiers.notice_days"] - grace
    return Looks(
        now=period(window, today),
        ahead=period(window, today + timedelta(days=away)),
        behind=period(window, today - timedelta(days=grace)),
        ahead_is_past=away < 0,
    )
