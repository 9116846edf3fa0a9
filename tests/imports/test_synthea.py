"""I1: a whole export of patients and encounters gives exactly the figures worked out without the product."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Service
from loyalty.messaging.models import Message
from loyalty.patients.models import Patient, PatientStats
from loyalty.points.models import LedgerEntry, Lot
from loyalty.points.queries import available
from loyalty.visits.models import Visit
from tests.imports.conftest import DATA, Desk

FOLDER = DATA / "synthea"
PATIENTS = (FOLDER / "patients.csv").read_bytes()
ENCOUNTERS = (FOLDER / "encounters.csv").read_bytes()
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
AS_OF = datetime(2024, 1, 31, 12, 0, tzinfo=UTC)
TODAY = date(2024, 1, 31)


@pytest.fixture(params=["Asia/Ho_Chi_Minh", "UTC"])
def zone(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(desk_in: Callable[..., Desk], zone: str) -> Desk:
    """A clinic in that zone whose history has been imported."""
    opened = desk_in(AS_OF, country="GENERAL", currency="USD", timezone=zone)
    assert opened.rehearse("patients", PATIENTS) == (27, 0, 0, 0)
    assert opened.counts("patients", PATIENTS) == (27, 0, 0, 0)
    assert opened.rehearse("visits", ENCOUNTERS) == (604, 0, 0, 0)
    assert opened.counts("visits", ENCOUNTERS) == (604, 0, 0, 0)
    return opened


def test_i1_m1_tiers_visits_and_revenue_are_those_of_the_answers(desk: Desk, zone: str) -> None:
    expected = EXPECTED["answers"][f"{zone} as_of 2024-01-31"]
    tiers = {"member" if tier == "normal" else tier: count for tier, count in expected["tiers"].items()}
    assert desk.tiers() == tiers
    assert desk.count(Visit, Visit.status == "completed") == expected["visits"]
    assert desk.count(Visit, Visit.status == "booked") == expected["rows_future_ignored"]
    assert desk.count(PatientStats, PatientStats.visit_count > 0) == expected["patients_with_visit"]
    assert desk.count(PatientStats, PatientStats.visit_count == 1) == expected["one_time_patients"]
    spent = desk.session.scalar(select(func.sum(PatientStats.spend_minor)))
    assert spent == expected["revenue_cents"]


def test_i1_importing_again_changes_nothing(desk: Desk) -> None:
    before = _everything(desk.session)
    assert desk.counts("patients", PATIENTS) == (0, 0, 27, 0)
    assert desk.counts("visits", ENCOUNTERS) == (0, 0, 604, 0)
    assert _everything(desk.session) == before


def test_p5_points_are_earned_on_the_day_of_the_visit_and_old_ones_have_ended(desk: Desk) -> None:
    last_day = desk.session.scalars(
        select(Lot.valid_to)
        .join(LedgerEntry, LedgerEntry.id == Lot.entry_id)
        .join(Visit, Visit.id == LedgerEntry.visit_id)
        .where(Visit.external_id == "57f2562b-445c-f11c-ba40-edc55af3c84f")
    ).one()
    assert last_day == date(2023, 7, 27)
    people = desk.session.scalars(select(Patient.id))
    spendable = sum(available(desk.session, patient_id, TODAY) for patient_id in people)
    open_points = desk.session.scalar(select(func.sum(Lot.remaining)).where(Lot.valid_to >= TODAY))
    balance = desk.session.scalar(select(func.sum(PatientStats.points_balance)))
    assert 0 < spendable == open_points < (balance or 0)


def test_c13_the_dead_keep_their_history_and_nobody_is_written_to(desk: Desk) -> None:
    dead = desk.session.scalars(select(Patient).where(Patient.deceased_on.is_not(None))).all()
    assert sorted(patient.external_id or "" for patient in dead) == EXPECTED["deceased_patient_ids"]
    late = [
        visit
        for patient in dead
        for visit in desk.session.scalars(select(Visit).where(Visit.patient_id == patient.id))
        if visit.scheduled_at.date() > (patient.deceased_on or TODAY)
    ]
    assert len(late) == EXPECTED["encounters_after_death"]
    assert desk.count(Message) == 0


def test_services_of_a_file_wait_for_a_look_and_know_their_specialty(desk: Desk) -> None:
    service = desk.session.scalars(select(Service).where(Service.code == "Encounter for symptom")).one()
    assert (service.to_review, service.specialty) == (True, "ambulatory")
    described = {line.split(",")[9] for line in ENCOUNTERS.decode().splitlines()[1:]}
    assert desk.count(Service, Service.to_review) == len(described)


def _everything(session: Session) -> dict[str, object]:
    session.rollback()
    found: dict[str, object] = {
        model.__name__: session.scalar(select(func.count()).select_from(model))
        for model in (Patient, Visit, LedgerEntry, Lot, Message, Service)
    }
    stats = select(
        PatientStats.patient_id, PatientStats.visit_count, PatientStats.tier, PatientStats.points_balance,
        PatientStats.spend_minor, PatientStats.last_visit_at,
    ).order_by(PatientStats.patient_id)  # fmt: skip
    return found | {"stats": session.execute(stats).all()}
