"""Wishes for a time, and their answers."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.events import note
from loyalty.kernel.refusal import Refusal
from loyalty.visits.events import AppointmentRequested
from loyalty.visits.models import AppointmentRequest
from loyalty.visits.rules import PARTS_OF_DAY


def request_appointment(
    session: Session,
    *,
    patient_id: int,
    form_key: str,
    wished_on: date | None,
    part_of_day: str,
    actor: Actor,
    now: datetime,
    note_text: str = "",
) -> AppointmentRequest:
    """Leave a wish for a time; the same form sent twice gives the first wish back."""
    first = session.scalar(select(AppointmentRequest).where(AppointmentRequest.form_key == form_key))
    if first is not None:
        return first
    if part_of_day not in PARTS_OF_DAY:
        raise Refusal("unknown_choice", field="part_of_day", value=part_of_day)
    request = AppointmentRequest(
        form_key=form_key,
        patient_id=patient_id,
        state="open",
        wished_on=wished_on,
        part_of_day=part_of_day,
        note=note_text[:500],
        created_at=now,
    )
    session.add(request)
    session.flush()
    record(
        session,
        actor=actor,
        action="appointment.requested",
        object_kind="appointment_request",
        object_id=request.id,
        patient_id=patient_id,
        now=now,
    )
    note(session, AppointmentRequested(request.id, patient_id))
    return request


def close_request(session: Session, *, request_id: int, actor: Actor, now: datetime, reason: str) -> bool:
    """Put a wish aside without a visit; False when it was answered already."""
    return answer_request(session, request_id, "closed", None, actor, now, reason)


def answer_request(
    session: Session,
    request_id: int,
    state: str,
    visit_id: int | None,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> bool:
    answered = session.execute(
        update(AppointmentRequest)
        .where(AppointmentRequest.id == request_id, AppointmentRequest.state == "open")
        .values(state=state, visit_id=visit_id, handled_at=now)
        .returning(AppointmentRequest.patient_id)
    ).one_or_none()
    if answered is None:
        return False
    record(
        session,
        actor=actor,
        action=f"appointment.{state}",
        object_kind="appointment_request",
        object_id=request_id,
        patient_id=answered.patient_id,
        reason=reason,
        now=now,
    )
    return True
