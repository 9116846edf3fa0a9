"""M10: the staff pin a tier with an end and a reason; it stands in the history."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.tiers.operations import pin_tier, unpin_tier
from loyalty.tiers.queries import history
from loyalty.visits.operations import refund_visit
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete
from tests.tiers.stories import at, choose, night, nights, stats, steps, tier

TODAY = date(2026, 11, 17)
UNTIL = date(2027, 1, 31)
DIRECTOR = Actor("staff", 7)


def pin(session: Session, an: Patient, to: str, until: date = UNTIL, reason: str = "VIP guest") -> None:
    pin_tier(session, patient_id=an.id, tier=to, until=until, reason=reason, actor=DIRECTOR, now=NOON)
    commit(session, NOON)


def test_m10_a_pin_lifts_and_ends_after_its_last_day(session: Session, an: Patient) -> None:
    complete(session, an)
    pin(session, an, "gold")
    assert (tier(session, an), stats(session, an).tier_pin_lowers) == ("gold", False)
    seen = nights(session, UNTIL - timedelta(days=40), UNTIL + timedelta(days=2), lambda: tier(session, an))
    assert seen == {UNTIL + timedelta(days=1): "member"}
    assert [step[2] for step in steps(session, an)] == ["visit", "pin", "pin_end"]
    assert stats(session, an).tier_pin is None


def test_m10_a_pin_is_in_the_history_with_its_end_reason_and_author(session: Session, an: Patient) -> None:
    complete(session, an)
    pin(session, an, "gold")
    step = history(session, an.id)[0]
    assert (step.until, step.note, step.actor_id) == (UNTIL, "VIP guest", 7)
    audited = session.scalars(select(AuditEntry).where(AuditEntry.action == "tier.pinned")).one()
    assert (audited.reason, audited.after) == (
        "VIP guest",
        {"tier": "gold", "pin": "gold", "until": "2027-01-31"},
    )


def test_m10_a_pin_of_the_present_tier_is_in_the_history_too(session: Session, an: Patient) -> None:
    complete(session, an)
    pin(session, an, "member")
    assert steps(session, an)[-1] == ("member", "member", "pin")


def test_m10_a_pin_that_lifts_is_the_least_she_has(session: Session, an: Patient) -> None:
    choose(session, gold_visits=2)
    complete(session, an)
    pin(session, an, "silver")
    complete(session, an)
    assert tier(session, an) == "gold"


def test_m10_a_pin_that_lowers_holds_her_down_to_its_end(session: Session, an: Patient) -> None:
    choose(session, gold_visits=2)
    for _ in range(2):
        complete(session, an)
    pin(session, an, "member")
    assert (tier(session, an), stats(session, an).tier_pin_lowers) == ("member", True)
    complete(session, an)
    assert tier(session, an) == "member"
    night(session, UNTIL)
    assert tier(session, an) == "member"
    night(session, UNTIL + timedelta(days=1))
    assert (tier(session, an), steps(session, an)[-1][2]) == ("gold", "pin_end")


def test_m10_a_pin_that_lifts_holds_against_a_refund(session: Session, an: Patient) -> None:
    visit = complete(session, an)
    pin(session, an, "gold")
    refund_visit(session, visit_id=visit, key="all", amount_minor=1_000_000, actor=LAN, now=NOON)
    commit(session, NOON)
    assert tier(session, an) == "gold"


def test_m10_a_pin_can_be_ended_before_its_day(session: Session, an: Patient) -> None:
    complete(session, an)
    pin(session, an, "gold")
    ended = [unpin_tier(session, patient_id=an.id, actor=DIRECTOR, now=NOON) for _ in range(2)]
    commit(session, NOON)
    assert ended == [True, False]
    assert tier(session, an) == "member"
    assert steps(session, an)[-1] == ("gold", "member", "unpin")


def test_m10_a_new_pin_takes_the_place_of_the_old_one(session: Session, an: Patient) -> None:
    complete(session, an)
    pin(session, an, "black")
    pin(session, an, "silver", until=TODAY)
    assert (tier(session, an), stats(session, an).tier_pin_until) == ("silver", TODAY)


def test_m10_a_pin_takes_an_announced_fall_away(session: Session, an: Patient) -> None:
    complete(session, an)
    choose(session, member_visits=2)
    night(session, TODAY)
    assert stats(session, an).tier_falls_on == TODAY + timedelta(days=30)
    pin(session, an, "member", until=TODAY + timedelta(days=60))
    assert stats(session, an).tier_falls_on is None


def test_tm3_a_pin_holds_through_its_last_day(session: Session, an: Patient) -> None:
    complete(session, an)
    pin(session, an, "gold", until=TODAY)
    complete(session, an, now=at(TODAY, "23:59:59"))
    assert tier(session, an) == "gold"
    complete(session, an, now=at(TODAY + timedelta(days=1), "00:00:00"))
    assert tier(session, an) == "silver"


@pytest.mark.parametrize(
    ("to", "until", "reason", "code"),
    [
        ("gold", UNTIL, "  ", "pin_reason_missing"),
        ("gold", TODAY - timedelta(days=1), "VIP", "pin_until_past"),
        ("platinum", UNTIL, "VIP", "tier_unknown"),
    ],
)
def test_m10_a_pin_without_its_parts_is_refused(
    session: Session, an: Patient, to: str, until: date, reason: str, code: str
) -> None:
    complete(session, an)
    with pytest.raises(Refusal) as refused:
        pin(session, an, to, until, reason)
    assert refused.value.code == code
    assert (tier(session, an), stats(session, an).tier_pin) == ("member", None)
