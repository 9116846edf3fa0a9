"""What was paid, given back and counted once per key."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.events import note
from loyalty.kernel.refusal import Refusal
from loyalty.patients.queries import hold_summary
from loyalty.visits.events import VisitRefunded
from loyalty.visits.models import Refund, Visit
from loyalty.visits.rules import RefundParts, point_value, split_refund


def refund_visit(
    session: Session,
    *,
    visit_id: int,
    key: str,
    amount_minor: int,
    actor: Actor,
    now: datetime,
    refunded_at: datetime | None = None,
    reason: str | None = None,
    quiet: bool = False,
) -> Refund:
    """Give back a part of what was paid; the same key and amount gives the first refund again (P12).

    ``amount_minor`` counts money, certificates and the value of points together and goes back in that order.
    Refuses ``visit_unknown``, ``impossible_move``, ``refund_key_reused`` and what ``split_refund`` refuses.
    """
    visit = _held(session, visit_id)
    first = session.scalar(select(Refund).where(Refund.visit_id == visit_id, Refund.external_id == key))
    if first is not None:
        if _total(visit, first) != amount_minor:
            raise Refusal("refund_key_reused")
        return first
    if visit.status != "completed":
        raise Refusal("impossible_move", status=visit.status, wanted="refunded")
    parts = split_refund(visit, amount_minor)
    _count(visit, parts)
    refund = Refund(
        visit_id=visit_id,
        external_id=key,
        amount_minor=parts.money_minor,
        certificate_minor=parts.certificate_minor,
        points=parts.points,
        refunded_at=refunded_at or now,
        reason=reason,
    )
    session.add(refund)
    session.flush()
    record(
        session,
        actor=actor,
        action="visit.refunded",
        object_kind="visit",
        object_id=visit_id,
        patient_id=visit.patient_id,
        after=_told(parts),
        reason=reason,
        now=now,
    )
    note(session, VisitRefunded(visit_id, visit.patient_id, refund.id, quiet))
    return refund


def _held(session: Session, visit_id: int) -> Visit:
    """The visit, kept until the transaction ends: of two refunds at once the second sees the first."""
    patient_id = session.scalar(select(Visit.patient_id).where(Visit.id == visit_id))
    if patient_id is None:
        raise Refusal("visit_unknown")
    hold_summary(session, patient_id)
    return session.get_one(Visit, visit_id, with_for_update=True, populate_existing=True)


def _total(visit: Visit, refund: Refund) -> int:
    return refund.amount_minor + refund.certificate_minor + refund.points * point_value(visit)


def _count(visit: Visit, parts: RefundParts) -> None:
    visit.refunded_minor += parts.money_minor
    visit.certificate_returned_minor += parts.certificate_minor
    visit.points_returned += parts.points
    visit.version += 1


def _told(parts: RefundParts) -> dict[str, int]:
    told = {
        "amount_minor": parts.money_minor,
        "certificate_minor": parts.certificate_minor,
        "points": parts.points,
    }
    return {name: number for name, number in told.items() if number or name == "amount_minor"}
