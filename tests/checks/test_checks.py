"""`flask check` finds what does not fit: each kind of damage, planted by hand, is told with its row."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from loyalty.checks.queries import CHECKS, Checked, check_all
from loyalty.patients.models import Patient
from tests.support.acting import commit
from tests.support.cast import NOON, complete, introduce, open_clinic, person


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
