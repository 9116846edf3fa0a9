from datetime import UTC, date, datetime, time

import pytest

from loyalty.kernel.clock import Month, add_months, birthday_in, clinic_calendar


@pytest.mark.parametrize(
    ("zone", "day"), [("Asia/Ho_Chi_Minh", date(2026, 12, 1)), ("Europe/Moscow", date(2026, 11, 30))]
)
def test_tm1_days_are_the_clinics(zone: str, day: date) -> None:
    assert clinic_calendar(zone).day_of(datetime(2026, 11, 30, 18, 0, tzinfo=UTC)) == day


def test_tm1_a_month_is_half_open_in_the_clinics_zone() -> None:
    start, end = clinic_calendar("Asia/Ho_Chi_Minh").month_bounds(Month(2026, 11))
    assert start == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert end == datetime(2026, 11, 30, 17, tzinfo=UTC)


def test_tm1_days_of_a_zone_with_summer_time_have_23_and_25_hours() -> None:
    berlin = clinic_calendar("Europe/Berlin")
    lengths = [
        (end - start).total_seconds() / 3600
        for start, end in (berlin.day_bounds(date(2026, 3, 29)), berlin.day_bounds(date(2026, 10, 25)))
    ]
    assert lengths == [23, 25]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2022, 8, 31), -6, date(2022, 2, 28)),
        (date(2026, 11, 17), 6, date(2027, 5, 17)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
    ],
)
def test_tm2_months_are_clamped_to_the_last_day(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_tm5_a_leap_birthday_falls_on_the_28th_in_common_years() -> None:
    born = date(1992, 2, 29)
    assert [birthday_in(year, born) for year in (2027, 2028)] == [date(2027, 2, 28), date(2028, 2, 29)]


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "202611", "2026-1", "26-11-01", "２026-11", ""])
def test_months_are_read_strictly(text: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        Month.parse(text)


def test_months_are_written_as_they_are_read() -> None:
    assert str(Month.parse("2026-11").plus(2)) == "2027-01"
    assert clinic_calendar("Asia/Ho_Chi_Minh").at(date(2026, 11, 17), time(9, 30)) == datetime(
        2026, 11, 17, 2, 30, tzinfo=UTC
    )
