"""Earning rules and changes of points for the laws' clinics."""

from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.clinic.models import Service
from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.localized import LocalizedText
from loyalty.points.operations import adjust_points, decide_manual_entry, save_earning_rule
from tests.support.acting import commit

ABOVE_LIMIT = 501


def draft_rule(session: Session, code: str, now: datetime) -> int:
    """A draft that doubles what one service earns; its number."""
    services = [session.query(Service.id).order_by(Service.id).limit(1).scalar()]
    rule = save_earning_rule(
        session,
        code=code,
        name=LocalizedText.of("Double points"),
        trigger="visit",
        conditions={"services": services, "weekdays": [0, 1, 2, 3, 4, 5, 6]},
        percent=200,
        points=None,
        priority=10,
        stacks=True,
        valid_from=None,
        valid_to=None,
        actor=SYSTEM,
        now=now,
    )
    found = rule.id
    commit(session, now)
    return found


def asked_points(session: Session, patient_id: int, key: str, now: datetime) -> int:
    """A change of points that waits for a second person; its number."""
    entry = adjust_points(
        session,
        patient_id=patient_id,
        points=ABOVE_LIMIT,
        reason="A long wait",
        key=key,
        actor=SYSTEM,
        now=now,
    )
    found = entry.id
    commit(session, now)
    return found


def refused_points(session: Session, patient_id: int, key: str, staff_id: int, now: datetime) -> None:
    """The same, and a member of the staff said no."""
    entry_id = asked_points(session, patient_id, key, now)
    decide_manual_entry(
        session,
        entry_id=entry_id,
        approve=False,
        refusal="Not for that",
        actor=Actor("staff", staff_id),
        now=now,
    )
    commit(session, now)
