"""Later payments of a visit that was completed before it was paid in full."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.database import table_of
from loyalty.kernel.events import note
from loyalty.kernel.once import InsertRow
from loyalty.kernel.refusal import Refusal
from loyalty.patients.queries import hold_summary
from loyalty.settlement.rules import Paid
from loyalty.visits.events import VisitCompleted
from loyalty.visits.models import Payment, Visit

insert_payments = InsertRow(table_of(Payment))


def payment_row(visit_id: int, payment: Paid) -> dict[str, Any]:
    return {
        "visit_id": visit_id,
        "external_id": payment.id,
        "amount_minor": payment.amount_minor,
        "paid_at": payment.paid_at,
    }


def pay_visit(
    session: Session, *, visit_id: int, payment: Paid, actor: Actor, now: datetime, quiet: bool = False
) -> bool:
    """Take a later payment of a completed visit; False when its id was taken before.

    Once paid in full the visit earns and counts like any other (P4). Refuses ``payment_exceeds_due``,
    ``payment_key_reused`` and ``amount_not_positive``.
    """
    _hold(session, visit_id)
    taken = session.scalar(
        select(Payment.amount_minor).where(Payment.visit_id == visit_id, Payment.external_id == payment.id)
    )
    if taken is not None:
        if taken != payment.amount_minor:
            raise Refusal("payment_key_reused")
        return False
    if payment.amount_minor <= 0:
        raise Refusal("amount_not_positive")
    moved = session.execute(
        update(Visit)
        .where(
            Visit.id == visit_id,
            Visit.status == "completed",
            Visit.paid_minor + payment.amount_minor <= Visit.due_minor,
        )
        .values(
            paid_minor=Visit.paid_minor + payment.amount_minor,
            paid_at=case((Visit.paid_at > payment.paid_at, Visit.paid_at), else_=payment.paid_at),
            version=Visit.version + 1,
        )
        .returning(Visit.patient_id)
    ).one_or_none()
    if moved is None:
        due = session.scalar(select(Visit.due_minor - Visit.paid_minor).where(Visit.id == visit_id))
        raise Refusal("payment_exceeds_due", due_minor=due or 0)
    insert_payments(session, payment_row(visit_id, payment))
    record(
        session,
        actor=actor,
        action="visit.paid",
        object_kind="visit",
        object_id=visit_id,
        patient_id=moved.patient_id,
        after={"amount_minor": payment.amount_minor},
        now=now,
    )
    note(session, VisitCompleted(visit_id, moved.patient_id, quiet))
    return True


def _hold(session: Session, visit_id: int) -> None:
    """Of two clicks at once the second waits here and then finds the first one's payment."""
    patient_id = session.scalar(select(Visit.patient_id).where(Visit.id == visit_id))
    if patient_id is None:
        raise Refusal("visit_unknown")
    hold_summary(session, patient_id)
    session.execute(select(Visit.id).where(Visit.id == visit_id).with_for_update())
