"""Birthday points: once a patient and calendar year, whatever happens."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.clinic.operations import change_setting
from loyalty.patients.models import Patient, PatientStats
from loyalty.points import operations as points
from loyalty.points.models import LedgerEntry
from tests.points.books import balance, entries, lots
from tests.points.rulebook import in_force
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, person


def celebrate(session: Session, patient: Patient, year: int = 2026) -> bool:
    given = points.give_birthday_bonus(session, patient_id=patient.id, year=year, now=NOON)
    commit(session, NOON)
    return given


@pytest.fixture
def fifty(session: Session, an: Patient) -> Patient:
    change_setting(session, key="points.birthday_bonus", text="50", actor=LAN, now=NOON)
    commit(session, NOON)
    return an


def test_p16_once_a_calendar_year_whatever_the_birth_date(session: Session, fifty: Patient) -> None:
    first = celebrate(session, fifty)
    fifty.birth_date = date(1990, 12, 24)
    session.commit()
    assert (first, celebrate(session, fifty), celebrate(session, fifty, 2027)) == (True, False, True)
    assert entries(session, fifty, "bonus") == [
        (f"birthday:{fifty.id}:2026", "birthday:2026", 50),
        (f"birthday:{fifty.id}:2027", "birthday:2027", 50),
    ]
    assert lots(session, fifty) == [(50, date(2027, 5, 17))] * 2


def test_p16_p17_not_again_under_the_record_kept_after_a_merge(session: Session, fifty: Patient) -> None:
    other = person(session, "Nguyễn An")
    celebrate(session, other)
    session.execute(update(LedgerEntry).values(patient_id=fifty.id))
    assert not celebrate(session, fifty)


def test_p16_none_is_given_unless_the_clinic_says_how_many(session: Session, an: Patient) -> None:
    assert not celebrate(session, an)
    assert entries(session, an) == []


@pytest.mark.parametrize(("tier", "given"), [("gold", 90), ("silver", 60), ("member", 50), (None, 50)])
def test_p16_the_first_rule_that_fits_says_how_many(
    session: Session, fifty: Patient, tier: str | None, given: int
) -> None:
    high = in_force(
        session, "gold-day", trigger="birthday", points=90, priority=5, conditions={"tiers": ["gold"]}
    )
    in_force(session, "day", trigger="birthday", points=60, conditions={"tiers": ["gold", "silver"]})
    session.execute(update(PatientStats).values(tier=tier))
    assert celebrate(session, fifty)
    assert balance(session, fifty) == given
    kept = session.scalars(select(LedgerEntry)).one()
    assert (kept.rule, kept.rule_ids == [high.id]) == ("birthday:2026", tier == "gold")


@pytest.mark.parametrize(
    "ended", [{"blocked_at": NOON}, {"deceased_on": date(2026, 1, 1)}, {"merged_into_id": 1}]
)
def test_p16_p17_who_is_gone_gets_nothing(session: Session, fifty: Patient, ended: dict[str, Any]) -> None:
    session.execute(update(Patient).values(**ended))
    assert not celebrate(session, fifty)
