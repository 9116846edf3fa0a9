"""A visit as the clinic's own system knows it: booked, moved and completed through the desk's operations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic import operations as clinic
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.patients.queries import patient_by_external_id
from loyalty.recording.queries import items_of
from loyalty.recording.rules import Item, VisitSaid, check_closed, check_happened, check_move, is_undoing
from loyalty.settlement.operations import pay_visit, register_visit, reserve_offers, undo_completion
from loyalty.settlement.queries import NONE_RESERVED, Reserved, reserved, used_on_visit
from loyalty.settlement.rules import Line
from loyalty.visits import operations as visits
from loyalty.visits.models import Visit
from loyalty.visits.queries import visit_by_external_id

_ENDS = {"cancelled": visits.cancel_visit, "no_show": visits.mark_no_show}


def record_visit(
    session: Session,
    *,
    external_id: str,
    said: VisitSaid,
    actor: Actor,
    now: datetime,
    origin: str = "api",
    quiet: bool = False,
) -> tuple[int, bool]:
    """Bring the visit of that external id to the state said; gives its id and whether it is new.

    Said again it changes nothing. Points and offers said of a visit to come are reserved for it and, unless
    others are said, taken when it is completed; lines and payments count from then on, and after that only
    payments may be added. A completed visit said to be arrived was completed by mistake. Unknown services,
    doctors and branches are created "to review". Refusals: ``patient_unknown``, ``patient_merged``,
    ``other_patient``, ``impossible_move``, ``visit_closed``, ``date_impossible`` and those of
    ``register_visit``, ``reserve_offers``, ``undo_completion`` and ``pay_visit``.
    """
    patient = _patient(session, said.patient)
    check_happened(said, now)
    found = visit_by_external_id(session, external_id)
    if found is None:
        return _begin(session, patient, external_id, said, origin, actor, now, quiet), True
    if found.patient_id != patient.id:
        raise Refusal("other_patient", field="patient")
    check_move(found.status, said.status)
    if is_undoing(found.status, said.status):
        _undo(session, found, said, actor, now, quiet)
    elif found.status == "completed":
        _review_closed(session, found, said, actor, now, quiet)
    else:
        _change_details(session, found, said, actor, now)
        _move(session, found, said, actor, now, quiet)
    return found.id, False


def _patient(session: Session, external_id: str) -> Patient:
    found = patient_by_external_id(session, external_id)
    if found is None:
        raise Refusal("patient_unknown", field="patient")
    if found.merged_into_id is not None:
        raise Refusal("patient_merged", field="patient")
    return found


def _begin(
    session: Session,
    patient: Patient,
    external_id: str,
    said: VisitSaid,
    origin: str,
    actor: Actor,
    now: datetime,
    quiet: bool,
) -> int:
    places: dict[str, Any] = {"doctor_id": _doctor_id(session, said), "branch_id": _branch_id(session, said)}
    if said.status == "completed":
        return register_visit(
            session,
            patient_id=patient.id,
            external_id=external_id,
            scheduled_at=said.scheduled_at,
            origin=origin,
            **places,
            **_bill(session, said, NONE_RESERVED),
            arrived_at=said.arrived_at,
            follow_up_on=said.follow_up_on,
            quiet=quiet,
            actor=actor,
            now=now,
        )
    visit = visits.book_visit(
        session,
        patient_id=patient.id,
        external_id=external_id,
        scheduled_at=said.scheduled_at or said.arrived_at or now,
        origin=origin,
        **places,
        # Nobody needs telling of a booking that has already become something else.
        quiet=quiet or said.status != "booked",
        actor=actor,
        now=now,
    )
    visit.follow_up_on = said.follow_up_on
    session.flush()
    _move(session, visit, said, actor, now, quiet)
    return visit.id


def _move(session: Session, visit: Visit, said: VisitSaid, actor: Actor, now: datetime, quiet: bool) -> None:
    """Take the step from the visit's state to the one said, and keep what it has put on it."""
    if said.status in ("booked", "arrived"):
        if visit.status != said.status:
            visits.mark_arrived(
                session, visit_id=visit.id, at=said.arrived_at, quiet=quiet, actor=actor, now=now
            )
        _reserve(session, visit, said, actor, now)
    elif visit.status == said.status:
        return
    elif said.status == "completed":
        register_visit(
            session,
            patient_id=visit.patient_id,
            visit_id=visit.id,
            arrived_at=said.arrived_at or visit.arrived_at,
            follow_up_on=visit.follow_up_on,
            **_bill(session, said, reserved(session, visit.id)),
            quiet=quiet,
            actor=actor,
            now=now,
        )
    else:
        _ENDS[said.status](session, visit_id=visit.id, quiet=quiet, actor=actor, now=now)


def _bill(session: Session, said: VisitSaid, kept: Reserved) -> dict[str, Any]:
    offers = _offers(said, kept)
    return {
        "lines": [_line(session, item) for item in said.lines or ()],
        "payments": said.payments,
        "points_used": offers.pop("points"),
        **offers,
        "completed_at": said.completed_at,
    }


def _offers(said: VisitSaid, kept: Reserved) -> dict[str, Any]:
    """What is said of points and offers; of those not spoken of, what the visit has reserved."""
    return {
        "points": kept.points if said.points_used is None else said.points_used,
        "vouchers": kept.voucher_codes if said.vouchers is None else said.vouchers,
        "certificates": kept.certificates if said.certificates is None else said.certificates,
        "packages": kept.package_codes if said.packages is None else said.packages,
    }


def _reserve(session: Session, visit: Visit, said: VisitSaid, actor: Actor, now: datetime) -> None:
    spoken = (said.points_used, said.vouchers, said.certificates, said.packages)
    if all(part is None for part in spoken):
        return
    offers = _offers(said, reserved(session, visit.id))
    reserve_offers(session, visit_id=visit.id, **offers, actor=actor, now=now)


def _undo(session: Session, visit: Visit, said: VisitSaid, actor: Actor, now: datetime, quiet: bool) -> None:
    reason = f"status {said.status}"
    undo_completion(session, visit_id=visit.id, reason=reason, quiet=quiet, actor=actor, now=now)
    _change_details(session, visit, said, actor, now)
    _reserve(session, visit, said, actor, now)


def _line(session: Session, item: Item) -> Line:
    service = clinic.service_of(session, item.service, specialty=item.specialty)
    return Line(service.id, item.amount_minor, item.quantity, service.kind)


def _doctor_id(session: Session, said: VisitSaid) -> int | None:
    return clinic.doctor_of(session, said.doctor).id if said.doctor else None


def _branch_id(session: Session, said: VisitSaid) -> int | None:
    return clinic.branch_of(session, said.branch).id if said.branch else None


def _review_closed(
    session: Session, visit: Visit, said: VisitSaid, actor: Actor, now: datetime, quiet: bool
) -> None:
    check_closed(visit, items_of(session, visit.id), used_on_visit(session, visit), said)
    _change_details(session, visit, said, actor, now)
    for payment in said.payments:
        pay_visit(session, visit_id=visit.id, payment=payment, quiet=quiet, actor=actor, now=now)


def _change_details(session: Session, visit: Visit, said: VisitSaid, actor: Actor, now: datetime) -> None:
    """Take over time, place and follow-up where they differ; audited, no event follows."""
    wanted: dict[str, Any] = {}
    if said.scheduled_at is not None:
        wanted["scheduled_at"] = said.scheduled_at
    if "doctor" in said.said:
        wanted["doctor_id"] = _doctor_id(session, said)
    if "branch" in said.said:
        wanted["branch_id"] = _branch_id(session, said)
    if "follow_up_on" in said.said:
        wanted["follow_up_on"] = said.follow_up_on
    before = {name: getattr(visit, name) for name in wanted if getattr(visit, name) != wanted[name]}
    if not before:
        return
    for name in before:
        setattr(visit, name, wanted[name])
    visit.version += 1
    session.flush()
    record(
        session,
        actor=actor,
        action="visit.changed",
        object_kind="visit",
        object_id=visit.id,
        patient_id=visit.patient_id,
        before=_plain(before, list(before)),
        after=_plain(wanted, list(before)),
        now=now,
    )


def _plain(values: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value := values[name], "isoformat") else value for name in names
    }
