"""The review of everybody does what a review of each would do, and writes only what changes."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Clinic
from loyalty.clinic.queries import forget_programme, programme
from loyalty.kernel.events import pending
from loyalty.patients.models import Patient, PatientStats
from loyalty.referrals.models import Referral
from loyalty.tiers.models import TierChange
from loyalty.tiers.operations import review_all, review_tier
from loyalty.visits.models import Visit
from tests.support.acting import commit
from tests.support.cast import NOON, complete, open_clinic, person
from tests.tiers.stories import at, choose, night, stats, tier

TODAY = date(2026, 11, 17)
TIER = st.sampled_from([None, "member", "silver", "gold", "black"])
NEAR = st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days))
#: Days around the ends of the windows, and any others of the last two years.
AGO = st.one_of(st.integers(0, 730), st.integers(300, 400), st.sampled_from([0, 29, 30, 364, 365, 366]))
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "visits": st.lists(AGO, max_size=9),
            "friends": st.lists(AGO, max_size=3),
            "tier": TIER,
            "falls_on": st.none() | NEAR,
            "pin": st.none() | st.tuples(TIER.filter(bool), NEAR, st.booleans()),
        }
    ),
    min_size=1,
    max_size=8,
)
CHOICES = st.fixed_dictionaries(
    {
        "tiers.window": st.sampled_from(["lifetime", "rolling_12_months", "calendar_year"]),
        "tiers.grace_days": st.sampled_from([0, 10, 30, 60]),
        "tiers.notice_days": st.sampled_from([1, 30, 45]),
        "tiers.gold.visits": st.sampled_from([0, 4, 8]),
        "visits.one_per_day": st.booleans(),
    }
)


def play(session: Session, people: list[dict[str, Any]], friends: Iterator[int]) -> None:
    """Patients who stand anywhere with the facts given, as no history would have left them."""
    for number, facts in enumerate(people, 1):
        days = sorted(TODAY - timedelta(days=ago) for ago in facts["visits"])
        session.add_all(visit(number, day) for day in days)
        session.add_all(friend_of(number, next(friends), ago) for ago in facts["friends"])
        pin, until, lowers = facts["pin"] or (None, None, False)
        summary = session.get_one(PatientStats, number)
        summary.visit_count = (
            len(set(days)) if programme(session).settings["visits.one_per_day"] else len(days)
        )
        summary.referral_count = len(facts["friends"])
        summary.tier, summary.tier_falls_on = facts["tier"], facts["falls_on"]
        summary.tier_pin, summary.tier_pin_until, summary.tier_pin_lowers = pin, until, lowers
    session.flush()


def visit(patient_id: int, day: date) -> Visit:
    moment = at(day, "12:00")
    return Visit(
        patient_id=patient_id, status="completed", origin="desk", scheduled_at=moment, completed_at=moment,
        completed_on=day, gross_minor=1000, due_minor=1000, paid_minor=1000, created_at=moment,
    )  # fmt: skip


def friend_of(patient_id: int, friend_id: int, ago: int) -> Referral:
    moment = at(TODAY - timedelta(days=ago), "23:59:59")
    return Referral(
        referrer_id=patient_id, friend_id=friend_id, origin="desk", stage="qualified", attributed_at=moment,
        expires_at=moment, qualified_at=moment, terms={},
    )  # fmt: skip


def found(session: Session) -> tuple[list[Any], list[Any], list[Any]]:
    """Everybody's summary row, history and what was noted, in an order that does not matter."""
    session.expire_all()
    rows = [tuple(row) for row in session.execute(select(PatientStats.__table__).order_by("patient_id"))]
    columns = [column for column in TierChange.__table__.c if column.key != "id"]
    steps = [tuple(row) for row in session.execute(select(*columns).order_by(TierChange.patient_id))]
    return rows, steps, sorted(map(repr, pending(session)))


def one_by_one(session: Session, now: datetime) -> None:
    for patient_id in session.scalars(select(PatientStats.patient_id)).all():
        review_tier(session, patient_id=patient_id, setup=programme(session), now=now, reason="review")


def everybody(session: Session, now: datetime, limit: int) -> int:
    changed, last = 0, 0
    while True:
        done = review_all(session, setup=programme(session), now=now, after=last, limit=limit)
        changed += done.changed
        if done.last is None:
            return changed
        last = done.last


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE, choices=CHOICES, limit=st.sampled_from([1, 3, 1000]))
def test_all_at_once_gives_the_rows_of_one_by_one(
    session: Session, people: list[dict[str, Any]], choices: dict[str, Any], limit: int
) -> None:
    now = at(TODAY)
    if session.get(Clinic, 1) is None:
        open_clinic(session)
        for number in range(40):
            person(session, f"Nguyễn {number}")
    clinic = session.get_one(Clinic, 1)
    clinic.settings = choices
    session.flush()
    forget_programme(session)
    play(session, people, iter(range(9, 41)))
    begun = session.begin_nested()
    one_by_one(session, now)
    expected = found(session)
    begun.rollback()
    session.info.pop("pending_events", None)
    changed = everybody(session, now, limit)
    together, noted = found(session), len(pending(session))
    again = everybody(session, now, limit)
    assert together == expected
    assert changed <= len(people)
    assert (again, found(session)[:2], len(pending(session))) == (0, together[:2], noted)
    session.rollback()


def test_a_second_run_writes_nothing_at_all(session: Session, an: Patient) -> None:
    complete(session, an)
    choose(session, member_visits=2)
    assert [night(session, TODAY) for _ in range(2)] == [1, 0]
    written = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("UPDATE", "INSERT", "DELETE")):
            written.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    assert night(session, TODAY) == 0
    event.remove(engine, "before_cursor_execute", note)
    assert written == []


def test_m5_who_reaches_more_by_a_lower_threshold_rises_at_once(session: Session, an: Patient) -> None:
    for _ in range(3):
        complete(session, an)
    binh = person(session, "Trần Bình")
    complete(session, binh)
    choose(session, silver_visits=2, gold_visits=3)
    assert [night(session, TODAY, limit=1) for _ in range(2)] == [1, 0]
    assert [tier(session, who) for who in (an, binh)] == ["gold", "member"]


def test_m8_who_no_longer_reaches_it_keeps_the_tier_for_the_notice(session: Session, an: Patient) -> None:
    complete(session, an)
    choose(session, member_visits=2)
    night(session, TODAY)
    assert (tier(session, an), stats(session, an).tier_falls_on) == ("member", date(2026, 12, 17))
    night(session, date(2026, 12, 16))
    assert tier(session, an) == "member"
    night(session, date(2026, 12, 17))
    assert (tier(session, an), stats(session, an).tier_falls_on) == (None, None)
    assert stats(session, an).tier_since == at(date(2026, 12, 17))


def test_a_batch_ends_where_its_limit_says(session: Session, an: Patient) -> None:
    people = [an, *(person(session, f"Bạn {number}") for number in range(4))]
    for one in people:
        complete(session, one)
    choose(session, silver_visits=1)
    first = review_all(session, setup=programme(session), now=NOON, limit=2)
    commit(session, NOON)
    assert (first.changed, first.last) == (2, people[1].id)
    assert [tier(session, one) for one in people] == ["silver"] * 2 + ["member"] * 3
