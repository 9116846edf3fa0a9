from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Doctor, Service
from loyalty.kernel.database import table_of
from loyalty.kernel.localized import LocalizedText
from loyalty.patients.models import Patient, PatientStats
from loyalty.visits.models import AppointmentRequest, BillLine, Payment, Refund, Visit

_VISITS = table_of(Visit)
#: Which visits count: completed, paid and not wholly refunded (M2).
COUNTED = (
    (_VISITS.c.status == "completed")
    & (_VISITS.c.paid_minor >= _VISITS.c.due_minor)
    & (
        (_VISITS.c.refunded_minor < _VISITS.c.paid_minor)
        | (_VISITS.c.certificate_returned_minor < _VISITS.c.certificate_minor)
        | (_VISITS.c.points_returned < _VISITS.c.points_used)
        # Nothing was paid, so nothing can have been given back: free of charge, or by a package's session.
        | (_VISITS.c.paid_minor + _VISITS.c.certificate_minor + _VISITS.c.points_used == 0)
    )
)


@dataclass(frozen=True, slots=True)
class DayRow:
    """A visit of a day as the desk sees it; ``is_first`` when the patient has no counted visit yet."""

    id: int
    patient_id: int
    patient_name: str
    tier: str | None
    doctor: LocalizedText | None
    scheduled_at: datetime
    confirmed_at: datetime | None
    status: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class RequestRow:
    """An open wish for a time with the person who asked."""

    request: AppointmentRequest
    patient_name: str
    phone: str | None
    is_new: bool


def visit(session: Session, visit_id: int) -> Visit | None:
    return session.get(Visit, visit_id)


def visit_by_external_id(session: Session, external_id: str) -> Visit | None:
    return session.scalar(select(Visit).where(Visit.external_id == external_id))


def visit_by_form_key(session: Session, form_key: str) -> Visit | None:
    """The visit that a once-only form has already made, if it was sent before."""
    return session.scalar(select(Visit).where(Visit.form_key == form_key))


def visits_of_patient(
    session: Session, patient_id: int, *, before: tuple[datetime, int] | None = None, limit: int = 20
) -> list[tuple[Visit, LocalizedText | None]]:
    """A patient's visits with the doctor's name, the latest first; ``before`` is (scheduled_at, id)."""
    query = (
        select(Visit, Doctor.name)
        .outerjoin(Doctor, Doctor.id == Visit.doctor_id)
        .where(Visit.patient_id == patient_id)
    )
    if before is not None:
        moment, visit_id = before
        query = query.where(
            or_(Visit.scheduled_at < moment, and_(Visit.scheduled_at == moment, Visit.id < visit_id))
        )
    rows = session.execute(query.order_by(Visit.scheduled_at.desc(), Visit.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


def next_visit(session: Session, patient_id: int, now: datetime) -> tuple[Visit, LocalizedText | None] | None:
    """The patient's next booked visit with the doctor's name."""
    row = session.execute(
        select(Visit, Doctor.name)
        .outerjoin(Doctor, Doctor.id == Visit.doctor_id)
        .where(Visit.patient_id == patient_id, Visit.status == "booked", Visit.scheduled_at >= now)
        .order_by(Visit.scheduled_at)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def day_list(session: Session, start: datetime, end: datetime) -> list[DayRow]:
    """The visits planned between two instants, by time."""
    rows = session.execute(
        select(
            Visit.id,
            Visit.patient_id,
            Patient.name,
            PatientStats.tier,
            Doctor.name,
            Visit.scheduled_at,
            Visit.confirmed_at,
            Visit.status,
            PatientStats.visit_count == 0,
        )
        .join(Patient, Patient.id == Visit.patient_id)
        .join(PatientStats, PatientStats.patient_id == Visit.patient_id)
        .outerjoin(Doctor, Doctor.id == Visit.doctor_id)
        .where(Visit.scheduled_at >= start, Visit.scheduled_at < end)
        .order_by(Visit.scheduled_at, Visit.id)
    )
    return [DayRow(*row) for row in rows]


def open_requests(session: Session, *, after: int | None = None, limit: int = 50) -> list[RequestRow]:
    """Wishes for a time that nobody has answered yet, oldest first; ``after`` is the last id seen."""
    query = (
        select(AppointmentRequest, Patient.name, Patient.phone, PatientStats.visit_count == 0)
        .join(Patient, Patient.id == AppointmentRequest.patient_id)
        .join(PatientStats, PatientStats.patient_id == Patient.id)
        .where(AppointmentRequest.state == "open")
    )
    if after is not None:
        query = query.where(AppointmentRequest.id > after)
    return [RequestRow(*row) for row in session.execute(query.order_by(AppointmentRequest.id).limit(limit))]


def requests_of_patient(session: Session, patient_id: int) -> list[AppointmentRequest]:
    """A patient's own open wishes, the latest first."""
    return list(
        session.scalars(
            select(AppointmentRequest)
            .where(AppointmentRequest.patient_id == patient_id, AppointmentRequest.state == "open")
            .order_by(AppointmentRequest.id.desc())
        )
    )


def bill_lines(session: Session, visit_id: int) -> Sequence[Row[BillLine, Service]]:
    """The lines of a visit's bill with their services, in the order they were entered."""
    return session.execute(
        select(BillLine, Service)
        .join(Service, Service.id == BillLine.service_id)
        .where(BillLine.visit_id == visit_id)
        .order_by(BillLine.position)
    ).all()


def payments(session: Session, visit_id: int) -> list[Payment]:
    return list(session.scalars(select(Payment).where(Payment.visit_id == visit_id).order_by(Payment.id)))


def refunds(session: Session, visit_id: int) -> list[Refund]:
    return list(session.scalars(select(Refund).where(Refund.visit_id == visit_id).order_by(Refund.id)))
