"""What the tests of referrals let happen, and what they look at."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points.models import LedgerEntry
from loyalty.referrals import queries
from loyalty.visits.operations import book_visit, mark_arrived
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, introduce


def given(session: Session, patient: Patient) -> list[tuple[str, int]]:
    rows = session.execute(
        select(LedgerEntry.rule, LedgerEntry.points)
        .where(LedgerEntry.patient_id == patient.id, LedgerEntry.referral_id.is_not(None))
        .order_by(LedgerEntry.id)
    )
    return [(row.rule, row.points) for row in rows]


def stage(session: Session, friend: Patient) -> str:
    session.expire_all()
    found = queries.referral_of_friend(session, friend.id)
    assert found is not None
    return found.stage


def arrive(session: Session, friend: Patient, now=NOON) -> int:
    visit = book_visit(session, patient_id=friend.id, scheduled_at=now, actor=LAN, now=now)
    mark_arrived(session, visit_id=visit.id, actor=LAN, now=now)
    commit(session, now)
    return visit.id


def refused(session: Session, referrer: Patient, friend: Patient) -> str:
    with pytest.raises(Refusal) as refusal:
        introduce(session, referrer, friend)
    session.rollback()
    return refusal.value.code
