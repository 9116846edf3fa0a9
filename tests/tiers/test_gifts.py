"""M7: entry gifts are given once per tier and patient, ever."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.checks.queries import check_all
from loyalty.patients.models import Patient
from loyalty.points.models import LedgerEntry
from loyalty.tiers.operations import pin_tier
from loyalty.visits.operations import refund_visit
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete
from tests.tiers.stories import choose, night, stats, tier
from tests.tiers.test_pins import UNTIL


def gifts(session: Session) -> list[tuple[str, int]]:
    found = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "gift").order_by(LedgerEntry.id))
    return [(entry.rule, entry.points) for entry in found]


def test_m7_a_gift_comes_with_the_tier(session: Session, an: Patient) -> None:
    choose(session, member_entry_gift_points=50)
    complete(session, an)
    assert gifts(session) == [("tier_gift:member", 50)]
    assert stats(session, an).points_balance == 150


def test_m7_by_default_there_is_none(session: Session, an: Patient) -> None:
    complete(session, an)
    assert gifts(session) == []


def test_m5_a_leap_brings_the_gifts_of_all_levels_on_the_way(session: Session, an: Patient) -> None:
    choose(session, member_entry_gift_points=10, silver_entry_gift_points=20, gold_entry_gift_points=30)
    choose(session, silver_visits=1, gold_visits=1)
    complete(session, an)
    assert gifts(session) == [("tier_gift:member", 10), ("tier_gift:silver", 20), ("tier_gift:gold", 30)]


def test_m7_falling_and_rising_again_brings_no_second_gift(session: Session, an: Patient) -> None:
    choose(session, member_entry_gift_points=50)
    visit = complete(session, an)
    refund_visit(session, visit_id=visit, key="all", amount_minor=1_000_000, actor=LAN, now=NOON)
    commit(session, NOON)
    complete(session, an)
    assert tier(session, an) == "member"
    assert len(gifts(session)) == 1


def test_m7_a_gift_of_a_joined_record_counts_as_given(session: Session, an: Patient) -> None:
    """Its key names the other record; the rule of the entry tells all the same."""
    choose(session, silver_visits=2, silver_entry_gift_points=50)
    complete(session, an)
    complete(session, an)
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "gift")).one()
    entry.key = "tier:999:silver:gift"
    stats(session, an).tier = "member"
    commit(session)
    night(session, NOON.date())
    assert (tier(session, an), len(gifts(session))) == ("silver", 1)


def test_m7_a_pinned_tier_brings_its_gift(session: Session, an: Patient) -> None:
    choose(session, gold_entry_gift_points=50)
    complete(session, an)
    pin_tier(session, patient_id=an.id, tier="gold", until=UNTIL, reason="VIP", actor=LAN, now=NOON)
    commit(session, NOON)
    assert gifts(session) == [("tier_gift:gold", 50)]
    assert [
        checked.code for checked in check_all(session) if checked.count and "tier" not in checked.code
    ] == []
