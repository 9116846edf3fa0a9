"""Booking a visit and its moves from state to state."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.events import note
from loyalty.kernel.refusal import Refusal
from loyalty.patients.queries import hold_summary
from loyalty.visits.events import VisitArrived, VisitBooked, VisitCancelled
from loyalty.visits.models import Visit
from loyalty.visits.operations.requests import answer_request
from loyalty.visits.rules import moves_to, sources_of


def book_visit(
    session: Session,
    *,
    patient_id: int,
    scheduled_at: datetime,
    actor: Actor,
    now: datetime,
    doctor_id: int | None = None,
    branch_id: int | None = None,
    request_id: int | None = None,
    external_id: str | None = None,
    form_key: str | None = None,
    origin: str = "desk",
    quiet: bool = False,
) -> Visit:
    """Book a visit, answering an open wish if one is named; the same form twice gives the first visit.

    Two receptionists answering one wish: the second is refused with ``request_answered``.
    """
    if form_key is not None:
        first = session.scalar(select(Visit).where(Visit.form_key == form_key))
        if first is not None:
            return first
    visit = Visit(
        external_id=external_id,
        form_key=form_key,
        patient_id=patient_id,
        branch_id=branch_id,
        doctor_id=doctor_id,
        status="booked",
        origin=origin,
        scheduled_at=scheduled_at,
        created_at=now,
    )
    session.add(visit)
    session.flush()
    if request_id is not None and not answer_request(session, request_id, "booked", visit.id, actor, now):
        raise Refusal("request_answered")
    record(
        session,
        actor=actor,
        action="visit.booked",
        object_kind="visit",
        object_id=visit.id,
        patient_id=patient_id,
        after={"scheduled_at": scheduled_at.isoformat()},
        now=now,
    )
    note(session, VisitBooked(visit.id, patient_id, quiet))
    return visit


def confirm_visit(session: Session, *, visit_id: int, actor: Actor, now: datetime) -> bool:
    """The patient says she will come; False when she said so before."""
    confirmed = session.execute(
        update(Visit)
        .where(Visit.id == visit_id, Visit.status == "booked", Visit.confirmed_at.is_(None))
        .values(confirmed_at=now, version=Visit.version + 1)
        .returning(Visit.patient_id)
    ).one_or_none()
    if confirmed is None:
        return False
    record(
        session,
        actor=actor,
        action="visit.confirmed",
        object_kind="visit",
        object_id=visit_id,
        patient_id=confirmed.patient_id,
        now=now,
    )
    return True


def move_visit(
    session: Session, *, visit_id: int, wanted: str, changes: dict[str, Any], actor: Actor, now: datetime
) -> int | None:
    """Move a visit to a state by one conditional update; the patient's id, or None for a repeat.

    Raises ``visit_unknown`` or ``impossible_move``; of two people at once exactly one moves it. The patient's
    summary is held before her visit, as everywhere, so that nobody waits in a circle.
    """
    patient_id = session.scalar(select(Visit.patient_id).where(Visit.id == visit_id))
    if patient_id is None:
        raise Refusal("visit_unknown")
    hold_summary(session, patient_id)
    moved = session.execute(
        update(Visit)
        .where(Visit.id == visit_id, Visit.status.in_(sources_of(wanted)))
        .values(status=wanted, version=Visit.version + 1, **changes)
        .returning(Visit.id)
    ).one_or_none()
    if moved is None:
        moves_to(session.scalars(select(Visit.status).where(Visit.id == visit_id)).one(), wanted)
        return None
    record(
        session,
        actor=actor,
        action=f"visit.{wanted}",
        object_kind="visit",
        object_id=visit_id,
        patient_id=patient_id,
        now=now,
    )
    return patient_id


def mark_arrived(
    session: Session,
    *,
    visit_id: int,
    actor: Actor,
    now: datetime,
    at: datetime | None = None,
    quiet: bool = False,
) -> bool:
    """The patient stands at the desk; False when somebody had marked it already."""
    patient_id = move_visit(
        session, visit_id=visit_id, wanted="arrived", changes={"arrived_at": at or now}, actor=actor, now=now
    )
    if patient_id is None:
        return False
    note(session, VisitArrived(visit_id, patient_id, quiet))
    return True


def cancel_visit(
    session: Session, *, visit_id: int, actor: Actor, now: datetime, quiet: bool = False
) -> bool:
    """Cancel a visit that has not been completed; False when it was cancelled already."""
    return _end(session, visit_id, "cancelled", actor, now, quiet)


def mark_no_show(
    session: Session, *, visit_id: int, actor: Actor, now: datetime, quiet: bool = False
) -> bool:
    """The patient did not come; False when that is noted already."""
    return _end(session, visit_id, "no_show", actor, now, quiet)


def _end(session: Session, visit_id: int, wanted: str, actor: Actor, now: datetime, quiet: bool) -> bool:
    patient_id = move_visit(
        session, visit_id=visit_id, wanted=wanted, changes={"cancelled_at": now}, actor=actor, now=now
    )
    if patient_id is None:
        return False
    note(session, VisitCancelled(visit_id, patient_id, quiet))
    return True
