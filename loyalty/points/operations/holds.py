"""Points put on a visit to come: nobody else may spend them, and they stay the patient's."""

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import PatientStats
from loyalty.points import queries, rules
from loyalty.points.operations import book


def hold(session: Session, *, patient_id: int, points: int, today: date, actor: Actor, now: datetime) -> None:
    """Set points aside; refuses ``not_enough_points`` under the same lock as a redemption (P7).

    They end on their last day like any other (TM4); who holds them is the reservation's business.
    """
    rules.check_amount(points)
    book.lock(session, patient_id)
    free = queries.available(session, patient_id, today)
    if points > free:
        raise Refusal("not_enough_points", available=max(0, free))
    _change(session, patient_id, points)


def release_hold(session: Session, *, patient_id: int, points: int) -> None:
    """Let go of points set aside; no more can be let go than is held."""
    if points:
        rules.check_amount(points)
        _change(session, patient_id, -points)


def _change(session: Session, patient_id: int, points: int) -> None:
    session.execute(
        update(PatientStats)
        .where(PatientStats.patient_id == patient_id)
        .values(points_held=PatientStats.points_held + points)
    )
