"""M6: a fall is announced 30 days before and comes after the grace; M5: a rise comes at once."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.kernel.events import pending
from loyalty.patients.models import Patient
from loyalty.points.models import LedgerEntry
from loyalty.tiers.events import TierFallAnnounced
from loyalty.tiers.operations import review_all
from loyalty.visits.operations import refund_visit
from tests.support.acting import commit
from tests.support.cast import LAN, complete
from tests.tiers.stories import at, choose, night, nights, stats, steps, tier, visits

MARCH = [date(2026, 3, day) for day in (10, 11, 12)]
#: The first day on which only two of March's visits still count.
UNCARRIED = date(2027, 3, 10)


def standing(session: Session, an: Patient) -> tuple[str | None, date | None]:
    found = stats(session, an)
    return found.tier, found.tier_falls_on


@pytest.mark.parametrize(("grace", "notice"), [(30, 30), (0, 30), (60, 30), (10, 45)])
def test_m6_a_fall_is_told_its_notice_before_and_comes_after_the_grace(
    session: Session, an: Patient, grace: int, notice: int
) -> None:
    choose(session, window="rolling_12_months", grace_days=grace, notice_days=notice)
    visits(session, an, *MARCH)
    falls_on = UNCARRIED + timedelta(days=grace)
    told_on = falls_on - timedelta(days=notice)
    seen = nights(
        session, told_on - timedelta(days=3), falls_on + timedelta(days=1), lambda: standing(session, an)
    )
    assert next(iter(seen)) == told_on
    assert seen[told_on] == ("silver", falls_on)
    assert list(seen)[-1 if grace < notice else 1] >= falls_on
    assert tier(session, an) == "member"
    assert steps(session, an)[0] == (None, "member", "visit")
    assert ("silver", "member", "announced") in steps(session, an)


def test_m6_the_day_before_the_tier_still_holds(session: Session, an: Patient) -> None:
    choose(session, window="rolling_12_months")
    visits(session, an, *MARCH)
    night(session, UNCARRIED)
    last_day = UNCARRIED + timedelta(days=29)
    night(session, last_day)
    assert standing(session, an) == ("silver", last_day + timedelta(days=1))
    night(session, last_day + timedelta(days=1))
    assert tier(session, an) == "member"


def test_m6_the_announcement_names_both_tiers_and_the_day_once(session: Session, an: Patient) -> None:
    choose(session, window="rolling_12_months")
    visits(session, an, *MARCH)
    told = []
    for _ in range(2):
        review_all(session, setup=programme(session), now=at(UNCARRIED))
        told += [event for event in pending(session) if isinstance(event, TierFallAnnounced)]
        commit(session, at(UNCARRIED))
    assert told == [TierFallAnnounced(an.id, "silver", "member", UNCARRIED + timedelta(days=30))]


def test_m6_a_visit_in_time_takes_the_announcement_away(session: Session, an: Patient) -> None:
    choose(session, window="rolling_12_months")
    visits(session, an, *MARCH)
    night(session, UNCARRIED)
    visits(session, an, *(UNCARRIED + timedelta(days=days) for days in (1, 2)))
    assert standing(session, an) == ("silver", UNCARRIED + timedelta(days=30))
    visits(session, an, UNCARRIED + timedelta(days=3))
    assert standing(session, an) == ("silver", None)


def test_m6_who_was_told_late_still_has_the_whole_notice(session: Session, an: Patient) -> None:
    choose(session, window="rolling_12_months")
    visits(session, an, *MARCH)
    late = UNCARRIED + timedelta(days=200)
    night(session, late)
    assert standing(session, an) == ("silver", late + timedelta(days=30))


def test_m6_a_day_that_no_longer_holds_is_told_anew(session: Session, an: Patient) -> None:
    """A visit carried the tier on past the announced day, though not as far as the notice looks."""
    choose(session, window="rolling_12_months", grace_days=10)
    visits(session, an, *MARCH, date(2026, 3, 25))
    day = date(2027, 2, 22)
    stats(session, an).tier_falls_on = day
    commit(session)
    night(session, day)
    assert standing(session, an) == ("silver", date(2027, 3, 24))


def test_m6_a_calendar_year_carries_through_its_grace(session: Session, an: Patient) -> None:
    choose(session, window="calendar_year")
    visits(session, an, *MARCH)
    seen = nights(session, date(2026, 12, 28), date(2027, 2, 1), lambda: standing(session, an))
    assert seen == {
        date(2027, 1, 1): ("silver", date(2027, 1, 31)),
        date(2027, 1, 31): (None, None),
    }


def test_m6_a_reversal_lets_fall_at_once(session: Session, an: Patient) -> None:
    visits(session, an, *MARCH[:2])
    third = complete(session, an, now=at(MARCH[2], "12:00"))
    refund_visit(session, visit_id=third, key="all", amount_minor=1_000_000, actor=LAN, now=at(MARCH[2]))
    commit(session, at(MARCH[2], "13:00"))
    assert standing(session, an) == ("member", None)
    assert steps(session, an)[-1] == ("silver", "member", "reversal")


def test_m6_what_counts_in_the_grace_holds_against_a_reversal(session: Session, an: Patient) -> None:
    choose(session, window="rolling_12_months", grace_days=60)
    visits(session, an, *MARCH)
    now = at(UNCARRIED + timedelta(days=5), "12:00")
    fourth = complete(session, an, now=at(UNCARRIED - timedelta(days=400), "12:00"))
    refund_visit(session, visit_id=fourth, key="all", amount_minor=1_000_000, actor=LAN, now=now)
    commit(session, now)
    assert tier(session, an) == "silver"


def test_m6_several_levels_fall_step_by_step_of_the_window(session: Session, an: Patient) -> None:
    choose(session, window="rolling_12_months", gold_visits=4)
    visits(session, an, date(2026, 1, 5), *MARCH)
    assert tier(session, an) == "gold"
    seen = nights(session, date(2027, 1, 1), date(2027, 4, 30), lambda: tier(session, an))
    assert seen == {date(2027, 2, 4): "silver", date(2027, 4, 9): "member"}


def test_m5_a_jump_over_several_levels_is_one_step(session: Session, an: Patient) -> None:
    choose(session, silver_visits=0, gold_visits=2, black_visits=3)
    visits(session, an, *MARCH)
    assert steps(session, an) == [
        (None, "member", "visit"),
        ("member", "gold", "visit"),
        ("gold", "black", "visit"),
    ]


def test_tm4_a_day_that_has_come_holds_though_no_job_ran(session: Session, an: Patient) -> None:
    """Points of a visit are those of the tier that holds on its day."""
    choose(session, window="rolling_12_months", silver_multiplier_percent=200)
    visits(session, an, *MARCH)
    night(session, UNCARRIED)
    late = UNCARRIED + timedelta(days=40)
    complete(session, an, now=at(late, "12:00"))
    entry = session.query(LedgerEntry).filter_by(kind="earn").order_by(LedgerEntry.id.desc()).first()
    assert entry is not None
    assert entry.multiplier_percent == 100
