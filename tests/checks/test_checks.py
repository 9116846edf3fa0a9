"""`flask check` finds what does not fit: each kind of damage, planted by hand, is told with its row."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from loyalty.checks.queries import CHECKS, Checked, check_all
from loyalty.clinic.models import Service
from loyalty.kernel.actor import Actor
from loyalty.patients.models import Patient
from loyalty.points.operations import adjust_points, redeem
from loyalty.rewards.operations import (
    cancel_redemption,
    issue_voucher,
    open_package,
    redeem_reward,
    save_reward,
    sell_certificate,
)
from loyalty.visits.operations import refund_visit
from tests.support.acting import commit
from tests.support.cast import NOON, complete, introduce, open_clinic, person

DESK = Actor("staff")


@pytest.fixture
def an(session: Session) -> Patient:
    """An, silver by a friend, with points of her own and for the friend."""
    open_clinic(session)
    an, binh = person(session, "An"), person(session, "Bình")
    introduce(session, an, binh)
    complete(session, an)
    complete(session, binh)
    return an


def faults(session: Session) -> dict[str, Checked]:
    return {checked.code: checked for checked in check_all(session) if checked.count}


@pytest.mark.usefixtures("an")
def test_nothing_is_wrong_with_what_the_operations_wrote(session: Session) -> None:
    assert faults(session) == {}
    assert [checked.code for checked in check_all(session)] == list(CHECKS)


def test_tm4_owing_beside_points_that_ended_is_no_fault(session: Session) -> None:
    """They could not pay when the visit was refunded, though no job has recorded their end."""
    open_clinic(session)
    an, later = person(session, "An"), NOON + timedelta(days=300)
    visit = complete(session, an)
    redeem(session, patient_id=an.id, points=100, key="x", today=NOON.date(), actor=DESK, now=NOON)
    complete(session, an)
    refund_visit(session, visit_id=visit, key="r", amount_minor=1_000_000, actor=DESK, now=later)
    commit(session, later)
    assert session.scalars(text("SELECT points_debt FROM patient_stats")).all() == [100]
    assert faults(session) == {}


STATS = "UPDATE patient_stats SET"
DAMAGE = {
    f"{STATS} points_balance = points_balance + 1": {"balance_is_not_ledger", "balance_is_not_lots"},
    "UPDATE lots SET remaining = remaining - 1": {"balance_is_not_lots"},
    f"{STATS} points_debt = 5": {"balance_is_not_lots", "debt_beside_points"},
    f"{STATS} points_held = 5": {"held_is_not_reserved"},
    f"{STATS} visit_count = visit_count + 10": {"visits_are_not_facts", "tier_is_not_ladder"},
    f"{STATS} spend_minor = 0": {"visits_are_not_facts"},
    f"{STATS} last_visit_at = NULL": {"visits_are_not_facts"},
    f"{STATS} referral_count = 0": {"friends_are_not_facts", "tier_is_not_ladder"},
    f"{STATS} tier = 'black'": {"tier_is_not_ladder"},
    f"{STATS} tier = NULL": {"tier_is_not_ladder"},
    "UPDATE visits SET gross_minor = gross_minor + 1": {"bill_is_not_sum"},
    "DELETE FROM payments": {"bill_is_not_sum"},
    "UPDATE referrals SET second_half_points = NULL": {"referral_is_not_ledger"},
    "DELETE FROM patient_stats": {"patients_without_summary"},
}


@pytest.mark.parametrize(("damage", "codes"), DAMAGE.items())
def test_planted_damage_is_found(session: Session, an: Patient, damage: str, codes: set[str]) -> None:
    owner = {"visits": "patient_id", "lots": "patient_id", "patient_stats": "patient_id"}
    table = damage.split()[1 if damage.startswith("UPDATE") else 2]
    where = f" WHERE {owner[table]} = {an.id}" if table in owner else ""
    session.execute(text(damage + where))
    commit(session, NOON)
    found = faults(session)
    assert set(found) == codes
    if table in ("patient_stats", "lots"):
        assert {checked.examples for checked in found.values()} == {(an.id,)}


@pytest.fixture
def offers(session: Session, an: Patient) -> Patient:
    """An with one of each offer, and something that was redeemed, cancelled and fetched."""
    service = session.scalars(select(Service.id).order_by(Service.id)).first()
    assert service is not None
    adjust_points(session, patient_id=an.id, points=400, reason="Thanks", key="t", actor=DESK, now=NOON)
    issue_voucher(session, kind="amount", amount_minor=1, patient_id=an.id, actor=DESK, now=NOON)
    sell_certificate(session, amount_minor=500, patient_id=an.id, actor=DESK, now=NOON)
    open_package(session, patient_id=an.id, service_id=service, sessions=3, actor=DESK, now=NOON)
    kit = save_reward(session, code="kit", kind="gift", points=50, name="Kit", actor=DESK, now=NOON)
    bill = {"amount_minor": 100, "valid_days": 30}
    paper = save_reward(
        session, code="paper", kind="amount", points=50, name="V", details=bill, actor=DESK, now=NOON
    )
    for reward in (kit, paper):
        redeem_reward(session, patient_id=an.id, reward_id=reward.id, actor=DESK, now=NOON)
    over = redeem_reward(session, patient_id=an.id, reward_id=kit.id, actor=DESK, now=NOON)
    cancel_redemption(session, redemption_id=over.id, actor=DESK, now=NOON)
    commit(session, NOON)
    return an


OFFER_DAMAGE = {
    "UPDATE certificates SET balance_minor = 499": "certificate_is_not_entries",
    "UPDATE certificates SET held_minor = 1": "certificate_is_not_entries",
    "UPDATE vouchers SET used_count = 1": "voucher_is_not_uses",
    "UPDATE packages SET used = 1": "package_is_not_uses",
    "UPDATE redemptions SET points = 49": "redemption_is_not_ledger",
    "UPDATE redemptions SET state = 'handed_over' WHERE state = 'cancelled'": "redemption_is_not_ledger",
    "UPDATE redemptions SET voucher_id = NULL": "redemption_is_not_ledger",
}


@pytest.mark.usefixtures("offers")
def test_nothing_is_wrong_with_offers(session: Session) -> None:
    assert faults(session) == {}


@pytest.mark.usefixtures("offers")
@pytest.mark.parametrize(("damage", "code"), OFFER_DAMAGE.items())
def test_planted_damage_of_offers_is_found(session: Session, damage: str, code: str) -> None:
    session.execute(text(damage))
    commit(session, NOON)
    assert set(faults(session)) == {code}
