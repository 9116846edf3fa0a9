"""A completion undone: everything it gave and took goes back, and the visit is only arrived again."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic.queries import programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.events import note
from loyalty.kernel.refusal import Refusal
from loyalty.patients.queries import hold_summary
from loyalty.points import operations as points
from loyalty.points.rules import visit_key
from loyalty.referrals.operations import free_pack
from loyalty.rewards import operations as rewards
from loyalty.settlement.queries import Used, used_on_visit
from loyalty.visits.events import CompletionUndone
from loyalty.visits.models import BillLine, Payment, Visit

_SUMS = (
    "gross_minor",
    "discount_minor",
    "points_used",
    "points_value_minor",
    "certificate_minor",
    "package_minor",
    "due_minor",
    "paid_minor",
)


def undo_completion(
    session: Session, *, visit_id: int, reason: str, actor: Actor, now: datetime, quiet: bool = False
) -> bool:
    """Bring a completed visit back to arrived; False for one that is only arrived already.

    Points used return to their lots (P11), certificates, vouchers and sessions to where they were (V3, V4,
    V6); what was earned is taken back and counts are reviewed in reaction. Bill and payments are kept in the
    audit entry only. Refuses reason_missing, visit_unknown, impossible_move, and ``undo_after_refund``.
    """
    if not reason.strip():
        raise Refusal("reason_missing")
    visit = _held(session, visit_id)
    if visit.status == "arrived":
        return False
    if visit.status != "completed":
        raise Refusal("impossible_move", status=visit.status, wanted="arrived")
    if visit.refunded_minor or visit.certificate_returned_minor or visit.points_returned:
        raise Refusal("undo_after_refund")
    completion, used = visit.completion, used_on_visit(session, visit)
    before = _bill(session, visit)
    _give_back(session, visit, used, actor, now, quiet)
    _reopen(session, visit)
    record(
        session,
        actor=actor,
        action="visit.completion_undone",
        object_kind="visit",
        object_id=visit_id,
        patient_id=visit.patient_id,
        before=before,
        reason=reason.strip(),
        now=now,
    )
    note(session, CompletionUndone(visit_id, visit.patient_id, completion, quiet))
    return True


def _held(session: Session, visit_id: int) -> Visit:
    patient_id = session.scalar(select(Visit.patient_id).where(Visit.id == visit_id))
    if patient_id is None:
        raise Refusal("visit_unknown")
    hold_summary(session, patient_id)
    return session.get_one(Visit, visit_id, with_for_update=True, populate_existing=True)


def _bill(session: Session, visit: Visit) -> dict[str, Any]:
    """The bill as it was, for the audit."""
    lines = session.scalars(select(BillLine).where(BillLine.visit_id == visit.id).order_by(BillLine.position))
    payments = session.scalars(select(Payment).where(Payment.visit_id == visit.id).order_by(Payment.id))
    return {
        **{name: getattr(visit, name) for name in _SUMS},
        "completed_at": visit.completed_at.isoformat() if visit.completed_at else None,
        "lines": [[line.service_id, line.quantity, line.amount_minor] for line in lines],
        "payments": [[one.external_id, one.amount_minor, one.paid_at.isoformat()] for one in payments],
    }


def _give_back(session: Session, visit: Visit, used: Used, actor: Actor, now: datetime, quiet: bool) -> None:
    if visit.points_used:
        points.restore_redemption(
            session,
            patient_id=visit.patient_id,
            redeem_key=visit_key(visit.id, visit.completion, "redeem"),
            key=visit_key(visit.id, visit.completion, "redeem:undo"),
            today=programme(session).calendar.day_of(now),
            visit_id=visit.id,
            actor=actor,
            quiet=quiet,
            now=now,
        )
    for voucher in sorted(used.vouchers, key=lambda voucher: voucher.id):
        rewards.free_voucher(session, voucher_id=voucher.id, visit_id=visit.id, now=now)
    for certificate in sorted(used.certificates, key=lambda certificate: certificate.id):
        rewards.return_to_certificate(
            session,
            certificate_id=certificate.id,
            amount_minor=certificate.amount_minor,
            key=visit_key(visit.id, visit.completion, f"certificate:{certificate.id}:undo"),
            visit_id=visit.id,
            refund_id=None,
            actor=actor,
            now=now,
        )
    for package in sorted(used.packages, key=lambda package: package.id):
        rewards.return_session(session, package_id=package.id, visit_id=visit.id, now=now)
    free_pack(session, visit_id=visit.id)


def _reopen(session: Session, visit: Visit) -> None:
    session.execute(delete(Payment).where(Payment.visit_id == visit.id))
    session.execute(delete(BillLine).where(BillLine.visit_id == visit.id))
    for name in _SUMS:
        setattr(visit, name, 0)
    visit.status = "arrived"
    visit.completed_at = visit.completed_on = visit.paid_at = None
    visit.completion += 1
    visit.version += 1
    session.flush()
