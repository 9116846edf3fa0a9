"""M4: over which days visits and friends count, to the last second of a local day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.clinic.rules.settings import Settings
from loyalty.kernel.clock import add_months
from loyalty.patients.models import Patient
from loyalty.tiers.queries import counted
from loyalty.tiers.rules import looks, period
from tests.support.cast import introduce, person
from tests.tiers.stories import at, choose, night, stats, tier, visits

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(DAYS, DAYS)
def test_m4_twelve_months_roll_by_the_calendar(today: date, day: date) -> None:
    assert (day in period("rolling_12_months", today)) is (day > add_months(today, -12))


@given(DAYS, DAYS)
def test_m4_a_calendar_year_is_the_days_year(today: date, day: date) -> None:
    assert (day in period("calendar_year", today)) is (day.year == today.year)


@given(DAYS, DAYS)
def test_m4_a_lifetime_has_no_ends(today: date, day: date) -> None:
    assert day in period("lifetime", today)


@given(
    DAYS, st.integers(0, 366), st.integers(1, 366), st.sampled_from(["rolling_12_months", "calendar_year"])
)
def test_m4_what_counted_in_the_grace_reaches_back_furthest(
    today: date, grace: int, notice: int, window: str
) -> None:
    seen = looks(
        Settings({"tiers.window": window, "tiers.grace_days": grace, "tiers.notice_days": notice}), today
    )
    firsts = [days.first for days in (seen.now, seen.ahead) if days.first]
    assert seen.earliest is not None
    assert seen.earliest <= min(firsts)


@pytest.mark.parametrize(
    ("visited", "moment", "today", "counts"),
    [
        (date(2025, 11, 17), "23:59:59", date(2026, 11, 16), True),
        (date(2025, 11, 17), "00:00:00", date(2026, 11, 16), True),
        (date(2025, 11, 17), "23:59:59", date(2026, 11, 17), False),
        (date(2025, 11, 18), "00:00:00", date(2026, 11, 17), True),
        (date(2024, 2, 29), "12:00:00", date(2025, 2, 27), True),
        (date(2024, 2, 29), "12:00:00", date(2025, 2, 28), True),
        (date(2024, 2, 29), "12:00:00", date(2025, 3, 1), False),
    ],
)
def test_m4_a_visit_counts_to_the_last_second_of_its_last_day(
    session: Session, an: Patient, visited: date, moment: str, today: date, counts: bool
) -> None:
    choose(session, window="rolling_12_months")
    visits(session, an, visited, moment=moment)
    found = counted(session, patient_id=an.id, visits=9, referrals=9, setup=programme(session), today=today)
    assert found == (int(counts), 0)


@pytest.mark.parametrize(
    ("moment", "today", "counts"),
    [
        ("23:59:59", date(2026, 3, 1), False),
        ("23:59:59", date(2026, 2, 28), True),
        ("00:00:00", date(2026, 2, 28), True),
    ],
)
def test_m4_a_friend_counts_by_the_local_day_of_the_first_paid_visit(
    session: Session, an: Patient, moment: str, today: date, counts: bool
) -> None:
    choose(session, window="rolling_12_months")
    friend = person(session, "Trần Bình", now=at(date(2025, 2, 1)))
    introduce(session, an, friend, now=at(date(2025, 2, 1)))
    visits(session, friend, date(2025, 3, 1), moment=moment)
    found = counted(session, patient_id=an.id, visits=0, referrals=0, setup=programme(session), today=today)
    assert found == (0, int(counts))


def test_m4_only_the_windows_visits_reach_a_tier(session: Session, an: Patient) -> None:
    choose(session, window="rolling_12_months")
    visits(session, an, date(2024, 5, 1), date(2024, 6, 1), date(2026, 7, 1))
    assert (tier(session, an), stats(session, an).visit_count) == ("member", 3)
    visits(session, an, date(2026, 8, 1), date(2026, 9, 1))
    assert tier(session, an) == "silver"


def test_m4_a_calendar_year_starts_anew(session: Session, an: Patient) -> None:
    choose(session, window="calendar_year")
    visits(session, an, date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 1))
    assert tier(session, an) == "member"
    visits(session, an, date(2026, 1, 2), date(2026, 1, 3))
    assert tier(session, an) == "silver"


def test_m2_one_visit_a_day_holds_in_the_window_too(session: Session, an: Patient) -> None:
    choose(session, window="rolling_12_months")
    from loyalty.clinic.operations import change_setting
    from tests.support.cast import LAN, NOON

    change_setting(session, key="visits.one_per_day", text="true", actor=LAN, now=NOON)
    visits(session, an, *[date(2026, 7, 1)] * 3)
    assert tier(session, an) == "member"
    assert night(session, date(2026, 7, 2)) == 0
