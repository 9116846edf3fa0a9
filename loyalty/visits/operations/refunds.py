"""Money given back, counted once per key."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.events import note
from loyalty.kernel.refusal import Refusal
from loyalty.visits.events import VisitRefunded
from loyalty.visits.models import Refund, Visit


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
    """Give money back; the same key and amount gives the first refund again (P12).

    Refuses a key used for another amount, amounts that are not positive, and more than is left of what
    was paid.
    """
    if amount_minor <= 0:
        raise Refusal("amount_not_positive")
    first = session.scalar(select(Refund).where(Refund.visit_id == visit_id, Refund.external_id == key))
    if first is not None:
        if first.amount_minor != amount_minor:
            raise Refusal("refund_key_reused")
        return first
    patient_id = _take_from_paid(session, visit_id, amount_minor)
    refund = Refund(
        visit_id=visit_id,
        external_id=key,
        amount_minor=amount_minor,
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
        patient_id=patient_id,
        after={"amount_minor": amount_minor},
        reason=reason,
        now=now,
    )
    note(session, VisitRefunded(visit_id, patient_id, refund.id, quiet))
    return refund


def _take_from_paid(session: Session, visit_id: int, amount_minor: int) -> int:
    taken = session.execute(
        update(Visit)
        .where(
            Visit.id == visit_id,
            Visit.status == "completed",
            Visit.refunded_minor + amount_minor <= Visit.paid_minor,
        )
        .values(refunded_minor=Visit.refunded_minor + amount_minor, version=Visit.version + 1)
        .returning(Visit.patient_id)
    ).one_or_none()
    if taken is None:
        visit = session.get(Visit, visit_id, populate_existing=True)
        if visit is None:
            raise Refusal("visit_unknown")
        if visit.status != "completed":
            raise Refusal("impossible_move", status=visit.status, wanted="refunded")
        raise Refusal("refund_exceeds_paid", left_minor=visit.paid_minor - visit.refunded_minor)
    return int(taken.patient_id)
