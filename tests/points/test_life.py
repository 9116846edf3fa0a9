"""The last day of points, in every mode a clinic can choose."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.clinic.rules.settings import Settings
from loyalty.points.rules import last_day, last_day_after_months

DAYS = st.dates(date(2020, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("mode", "length", "earned_on", "ends"),
    [
        ("months", 6, date(2026, 11, 17), date(2027, 5, 17)),
        ("months", 6, date(2027, 8, 31), date(2028, 2, 29)),
        ("months", 0, date(2026, 11, 17), None),
        ("days", 180, date(2026, 11, 17), date(2027, 5, 16)),
        ("days", 1, date(2026, 12, 31), date(2027, 1, 1)),
        ("end_of_month", 6, date(2026, 11, 17), date(2027, 5, 31)),
        ("end_of_month", 6, date(2026, 8, 31), date(2027, 2, 28)),
        ("end_of_month", 0, date(2026, 2, 1), date(2026, 2, 28)),
        ("end_of_year", 6, date(2026, 6, 30), date(2026, 12, 31)),
        ("end_of_year", 6, date(2026, 7, 1), date(2027, 12, 31)),
        ("end_of_year", 0, date(2026, 12, 31), date(2026, 12, 31)),
        ("never", 6, date(2026, 11, 17), None),
    ],
)
def test_p5_each_mode_has_its_last_day(mode: str, length: int, earned_on: date, ends: date | None) -> None:
    chosen = {"points.life_mode": mode, "points.life_months": length, "points.life_days": length or 1}
    assert last_day(earned_on, Settings(chosen)) == ends


def test_p5_six_months_unless_chosen_otherwise() -> None:
    assert last_day(date(2026, 8, 31), Settings({})) == date(2027, 2, 28)


@given(day=DAYS, months=st.integers(0, 120))
def test_p5_ends_of_month_and_year_are_never_before_the_plain_last_day(day: date, months: int) -> None:
    plain = last_day_after_months(day, months) or day
    ends = [
        last_day(day, Settings({"points.life_mode": mode, "points.life_months": months}))
        for mode in ("end_of_month", "end_of_year")
    ]
    assert [(end.year, end.month, end.day >= 28) for end in ends if end] == [
        (plain.year, plain.month, True),
        (plain.year, 12, True),
    ]
    assert day <= plain <= (ends[0] or plain) <= (ends[1] or plain)
