from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from loyalty.clinic.models import Branch, Doctor, Service
from loyalty.kernel.contacts import search_key
from loyalty.patients.models import Consent, Patient
from loyalty.patients.queries import consents_of
from loyalty.points.models import LedgerEntry
from loyalty.recording.rules import Item
from loyalty.referrals.models import InviteCode, Referral
from loyalty.settlement.queries import points_earned, reserved, used_on_visit
from loyalty.settlement.rules import CertificateUse, Line
from loyalty.visits.models import Payment, Refund, Visit
from loyalty.visits.queries import bill_lines, payments


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """A patient as the clinic's own system names her and the people around her."""

    patient: Patient
    guardian: str | None
    referral_code: str | None
    referrer: str | None
    consents: Sequence[Consent]


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """A visit with its bill, everything by the codes of the clinic's own system."""

    visit: Visit
    patient: str | None
    branch: str | None
    doctor: str | None
    lines: Sequence[Item]
    payments: Sequence[Payment]
    vouchers: Sequence[str]
    points_used: int
    certificates: Sequence[CertificateUse]
    packages: Sequence[str]
    points_earned: int


def unlinked_person(
    session: Session, *, phone: str | None, name: str, birth_date: date | None
) -> Patient | None:
    """The record of a person the clinic's system has no id for yet: a friend who came by a link (I1).

    Phone and name must agree, and the birth date where both sides know one.
    """
    if phone is None:
        return None
    query = select(Patient).where(
        Patient.phone == phone,
        Patient.search_name == search_key(name),
        Patient.external_id.is_(None),
        Patient.merged_into_id.is_(None),
    )
    if birth_date is not None:
        query = query.where(or_(Patient.birth_date == birth_date, Patient.birth_date.is_(None)))
    return session.scalar(query.order_by(Patient.birth_date.is_(None), Patient.id).limit(1))


def patient_record(session: Session, external_id: str) -> PatientRecord | None:
    """Everything the clinic's system can say of a patient, as it stands here."""
    guardian, referrer = aliased(Patient), aliased(Patient)
    row = session.execute(
        select(Patient, guardian.external_id, InviteCode.code, referrer.external_id)
        .outerjoin(guardian, guardian.id == Patient.guardian_id)
        .outerjoin(Referral, Referral.friend_id == Patient.id)
        .outerjoin(InviteCode, InviteCode.id == Referral.code_id)
        .outerjoin(referrer, referrer.id == Referral.referrer_id)
        .where(Patient.external_id == external_id)
    ).one_or_none()
    if row is None:
        return None
    consents = consents_of(session, row[0].id)
    return PatientRecord(*row, sorted(consents.values(), key=lambda act: act.id))


def visit_record(session: Session, external_id: str) -> VisitRecord | None:
    row = session.execute(
        select(Visit, Patient.external_id, Branch.code, Doctor.code)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Branch, Branch.id == Visit.branch_id)
        .outerjoin(Doctor, Doctor.id == Visit.doctor_id)
        .where(Visit.external_id == external_id)
    ).one_or_none()
    if row is None:
        return None
    visit = row[0]
    return VisitRecord(
        *row,
        items_of(session, visit.id),
        payments(session, visit.id),
        *_offers_of(session, visit),
        points_earned(session, visit.id),
    )


def _offers_of(
    session: Session, visit: Visit
) -> tuple[Sequence[str], int, Sequence[CertificateUse], Sequence[str]]:
    """Vouchers, points, certificates and packages: used by a completed visit, reserved for one to come."""
    if visit.status != "completed":
        kept = reserved(session, visit.id)
        return kept.voucher_codes, kept.points, kept.certificates, kept.package_codes
    used = used_on_visit(session, visit)
    certificates = [CertificateUse(offer.code, offer.amount_minor) for offer in used.certificates]
    codes = ([offer.code for offer in offers] for offers in (used.vouchers, used.packages))
    vouchers, packages = codes
    return vouchers, visit.points_used, certificates, packages


def items_of(session: Session, visit_id: int) -> list[Item]:
    """The lines of a visit's bill by the codes of their services."""
    return [
        Item(service.code, line.amount_minor, line.quantity, service.specialty)
        for line, service in bill_lines(session, visit_id)
    ]


def lines_to_quote(session: Session, items: Sequence[Item]) -> list[Line]:
    """The same lines for a quote; a service nobody knows yet counts as a treatment and is not created."""
    codes = {item.service for item in items}
    rows = session.execute(select(Service.code, Service.id, Service.kind).where(Service.code.in_(codes)))
    known = {row.code: (row.id, row.kind) for row in rows}
    return [
        Line(service_id, item.amount_minor, item.quantity, kind)
        for item in items
        for service_id, kind in (known.get(item.service, (0, "treatment")),)
    ]


def ledger(session: Session, patient_id: int, *, after: int | None = None, limit: int = 50) -> list[Any]:
    """A patient's entries, oldest first, with the other system's ids of what caused them; keyset by id."""
    query = (
        select(
            LedgerEntry.id,
            LedgerEntry.kind,
            LedgerEntry.points,
            LedgerEntry.at,
            LedgerEntry.valid_to,
            Visit.external_id.label("visit"),
            Refund.external_id.label("refund"),
            LedgerEntry.referral_id,
            Referral.external_id.label("referral"),
            LedgerEntry.reason,
        )
        .outerjoin(Visit, Visit.id == LedgerEntry.visit_id)
        .outerjoin(Refund, Refund.id == LedgerEntry.refund_id)
        .outerjoin(Referral, Referral.id == LedgerEntry.referral_id)
        .where(LedgerEntry.patient_id == patient_id)
    )
    if after is not None:
        query = query.where(LedgerEntry.id > after)
    return list(session.execute(query.order_by(LedgerEntry.id).limit(limit)))


def taken_back(session: Session, refund_id: int) -> int:
    """How many points a refund took back; not negative."""
    points = session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.points), 0)).where(
            LedgerEntry.refund_id == refund_id, LedgerEntry.kind == "reverse"
        )
    )
    return -(points or 0)
