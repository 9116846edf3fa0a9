from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.badges.queries import awards
from loyalty.checks.queries import check_all
from loyalty.clinic.operations import change_setting
from loyalty.clinic.rules.settings import Settings
from loyalty.messaging.models import Message
from loyalty.patients.models import Patient, PatientStats
from loyalty.points import operations as points
from loyalty.tiers.queries import history
from loyalty.tiers.rules import ladder, progress, tier_for
from loyalty.visits.operations import refund_visit
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, person
from tests.tiers.stories import tier

RUNGS = ladder(Settings({}))


@pytest.mark.parametrize(
    ("visits", "friends", "expected"),
    [
        (0, 0, None),
        (1, 0, "member"),
        (2, 0, "member"),
        (3, 0, "silver"),
        (7, 0, "silver"),
        (8, 0, "gold"),
        (19, 0, "gold"),
        (20, 0, "black"),
        (0, 1, "silver"),
        (2, 1, "silver"),
        (0, 2, "silver"),
        (0, 3, "gold"),
        (1, 7, "gold"),
        (0, 8, "black"),
        (200, 90, "black"),
    ],
)
def test_m1_any_criterion_reaches_the_tier(visits: int, friends: int, expected: str | None) -> None:
    assert tier_for(RUNGS, visits, friends) == expected


@given(st.integers(0, 40), st.integers(0, 15), st.integers(0, 5), st.integers(0, 5))
def test_m1_more_never_lowers_the_tier(visits: int, friends: int, more: int, others: int) -> None:
    order = [None, "member", "silver", "gold", "black"]
    before, after = tier_for(RUNGS, visits, friends), tier_for(RUNGS, visits + more, friends + others)
    assert order.index(after) >= order.index(before)


def test_m2_an_unpaid_or_refunded_visit_does_not_count(session: Session, an: Patient) -> None:
    complete(session, an, paid=0)
    unpaid = tier(session, an)
    visit = complete(session, an)
    counted = tier(session, an)
    refund_visit(session, visit_id=visit, key="part", amount_minor=999_999, actor=LAN, now=NOON)
    commit(session, NOON)
    partly = tier(session, an)
    refund_visit(session, visit_id=visit, key="rest", amount_minor=1, actor=LAN, now=NOON)
    commit(session, NOON)
    assert [unpaid, counted, partly, tier(session, an)] == [None, "member", "member", None]


def test_m2_one_visit_a_day_is_an_option(session: Session, an: Patient) -> None:
    change_setting(session, key="visits.one_per_day", text="true", actor=LAN, now=NOON)
    for hour in (0, 1, 2, 12):  # the last one is after midnight in Hanoi
        complete(session, an, now=NOON + timedelta(hours=hour))
    stats = session.get_one(PatientStats, an.id, populate_existing=True)
    assert stats.visit_count == 2
    assert [checked.code for checked in check_all(session) if checked.count] == []


def test_m3_a_friends_first_paid_visit_counts(session: Session, an: Patient) -> None:
    binh = person(session, "Trần Bình")
    introduce(session, an, binh)
    complete(session, binh)
    assert (tier(session, an), tier(session, binh)) == ("silver", "member")


def test_m5_several_levels_at_once_give_one_notice(session: Session, an: Patient) -> None:
    for key in ("silver", "gold"):
        change_setting(session, key=f"tiers.{key}.visits", text="1", actor=LAN, now=NOON)
    complete(session, an)
    notices = session.scalars(select(Message).where(Message.step == "tier-reached")).all()
    assert [notice.values for notice in notices] == [{"tier": "gold"}]
    assert [(change.from_tier, change.to_tier) for change in history(session, an.id)] == [(None, "gold")]


def test_m6_spending_points_never_lowers_a_tier(session: Session, an: Patient) -> None:
    complete(session, an)
    points.redeem(session, patient_id=an.id, points=100, key="k", today=NOON.date(), actor=LAN, now=NOON)
    commit(session, NOON)
    assert tier(session, an) == "member"


def test_m9_progress_shows_both_remaining_numbers() -> None:
    found = progress(RUNGS, tier="silver", visits=5, referrals=1)
    assert (found.next_tier, found.visits_remaining, found.referrals_remaining) == ("gold", 3, 2)
    assert found.percent == Fraction(125, 2)


def test_m9_the_top_tier_says_so() -> None:
    found = progress(RUNGS, tier="black", visits=25, referrals=2)
    assert (found.next_tier, found.visits_remaining, found.percent) == (None, None, 100)


@given(st.integers(0, 60), st.integers(0, 20))
def test_m9_the_bar_stays_within_its_ends(visits: int, friends: int) -> None:
    found = progress(RUNGS, tier=tier_for(RUNGS, visits, friends), visits=visits, referrals=friends)
    assert 0 <= found.percent <= 100
    assert found.next_tier is None or found.percent < 100


def test_badges_come_once_with_the_deed(session: Session, an: Patient) -> None:
    complete(session, an)
    for number in range(3):
        friend = person(session, f"Bạn {number}")
        introduce(session, an, friend)
        complete(session, friend)
    complete(session, an, now=NOON + timedelta(days=365))
    assert set(awards(session, an.id)) == {"first-visit", "first-friend", "friends-3", "one-year"}
