"""The last day of points."""

from datetime import date, timedelta

from loyalty.clinic.rules.settings import Settings
from loyalty.kernel.clock import add_months


def last_day(earned_on: date, settings: Settings) -> date | None:
    """The last day of points earned on a local day, as the clinic has chosen (P5); None is for ever."""
    mode, months = settings["points.life_mode"], settings["points.life_months"]
    if mode == "never":
        return None
    if mode == "days":
        return earned_on + timedelta(days=settings["points.life_days"])
    if mode == "end_of_month":
        return add_months(add_months(earned_on, months).replace(day=1), 1) - timedelta(days=1)
    if mode == "end_of_year":
        return date(add_months(earned_on, months).year, 12, 31)
    return last_day_after_months(earned_on, months)


def last_day_after_months(earned_on: date, months: int) -> date | None:
    """The last day after so many calendar months (TM2); 0 months is for ever."""
    return add_months(earned_on, months) if months else None
