"""Two records of one person: Mai at the desk, and Mai who came by the web."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.checks.queries import check_all
from loyalty.merging.operations import merge_patients
from loyalty.patients.models import Patient, PatientStats
from loyalty.points.models import LedgerEntry, Lot
from loyalty.rewards.models import Certificate
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, open_clinic, person


@pytest.fixture
def kept(session: Session) -> Iterator[Patient]:
    """The record that stays; whatever is merged, every summary equals its facts afterwards."""
    open_clinic(session)
    yield person(session, "Nguyễn Thị Mai")
    session.rollback()
    assert {checked.code: checked.count for checked in check_all(session) if checked.count} == {}
    session.rollback()


@pytest.fixture
def merged(session: Session, kept: Patient) -> Patient:
    """The second record of the same person."""
    return person(session, "Nguyen Thi Mai")


def merge(session: Session, merged: Patient, kept: Patient, now: datetime = NOON) -> bool:
    """Carried through to the commit."""
    done = merge_patients(session, from_id=merged.id, into_id=kept.id, actor=LAN, now=now)
    commit(session, now)
    session.expire_all()
    return done


def sums(session: Session, *people: Patient) -> dict[str, int]:
    """Entries, lots and certificates of these people together."""
    ids = [patient.id for patient in people]
    found: dict[str, int] = {}
    for name, column, owner in (
        ("entries", LedgerEntry.points, LedgerEntry.patient_id),
        ("lots", Lot.remaining, Lot.patient_id),
        ("certificates", Certificate.balance_minor, Certificate.patient_id),
        ("balance", PatientStats.points_balance, PatientStats.patient_id),
    ):
        found[name] = session.scalar(select(func.coalesce(func.sum(column), 0)).where(owner.in_(ids))) or 0
    debt = select(func.coalesce(func.sum(PatientStats.points_debt), 0))
    found["lots"] -= session.scalar(debt.where(PatientStats.patient_id.in_(ids))) or 0
    return found


def stats(session: Session, patient: Patient) -> Any:
    return session.get_one(PatientStats, patient.id, populate_existing=True)
