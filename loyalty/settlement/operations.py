from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, or_, select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic.queries import Programme, programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.database import table_of
from loyalty.kernel.events import note
from loyalty.kernel.once import InsertRow
from loyalty.kernel.prepared import Prepared
from loyalty.kernel.refusal import Refusal
from loyalty.points import operations as points
from loyalty.referrals.operations import use_pack
from loyalty.settlement.queries import Payer, payer
from loyalty.settlement.rules import Bill, Line, OffersOnBill, Paid, check_payments, settle
from loyalty.visits.events import VisitCompleted
from loyalty.visits.models import BillLine, Payment, Visit
from loyalty.visits.rules import moves_to, sources_of

_VISITS = table_of(Visit)
_insert_visit = InsertRow(_VISITS, returning=_VISITS.c.id)
_insert_lines = InsertRow(table_of(BillLine))
_insert_payments = InsertRow(table_of(Payment))
_BY_FORM = Prepared(select(_VISITS.c.id).where(_VISITS.c.form_key == bindparam("form")))
_COMPLETE = Prepared(
    update(_VISITS)
    .where(
        _VISITS.c.id == bindparam("visit"),
        _VISITS.c.patient_id == bindparam("patient"),
        or_(*(_VISITS.c.status == status for status in sources_of("completed"))),
    )
    .values(
        status="completed",
        form_key=bindparam("form"),
        arrived_at=bindparam("arrived"),
        completed_at=bindparam("completed"),
        completed_on=bindparam("completed_on"),
        paid_at=bindparam("paid_at"),
        gross_minor=bindparam("gross"),
        discount_minor=bindparam("discount"),
        points_used=bindparam("used"),
        points_value_minor=bindparam("used_value"),
        due_minor=bindparam("due"),
        paid_minor=bindparam("paid"),
        follow_up_on=bindparam("follow_up"),
        version=_VISITS.c.version + 1,
    )
)


def register_visit(
    session: Session,
    *,
    patient_id: int,
    lines: Sequence[Line],
    payments: Sequence[Paid],
    actor: Actor,
    now: datetime,
    visit_id: int | None = None,
    form_key: str | None = None,
    points_used: int = 0,
    scheduled_at: datetime | None = None,
    arrived_at: datetime | None = None,
    completed_at: datetime | None = None,
    doctor_id: int | None = None,
    branch_id: int | None = None,
    follow_up_on: date | None = None,
    external_id: str | None = None,
    origin: str = "desk",
    quiet: bool = False,
) -> int:
    """Complete a visit with its bill, in one transaction with everything that follows (P4).

    ``visit_id`` names a booked or arrived visit of this patient; without it a new one is made. The same
    ``form_key`` again gives the first visit back. Points are taken from the balance (P6 to P8), the
    newcomer pack is used (F13). Refusals: no_lines, amount_…, points_over_cap, not_enough_points,
    payment_exceeds_due, patient_unknown, patient_merged, visit_unknown, impossible_move.
    """
    setup = programme(session)
    who = payer(session, patient_id, setup, now)
    # Of two clicks at once the second has waited for the patient's summary and finds the first one's visit.
    first = _BY_FORM.scalar(session, form=form_key) if form_key is not None else None
    if first is not None:
        return int(first)
    bill = settle(
        lines,
        offers=OffersOnBill(pack_percent=who.pack_percent),
        points_used=points_used,
        cap_percent=who.cap_percent,
        point_minor=setup.minor(setup.settings["points.value"]),
    )
    paid = check_payments(payments, bill.due_minor)
    done = completed_at or now
    row = {
        "external_id": external_id,
        "form_key": form_key,
        "patient_id": patient_id,
        "branch_id": branch_id,
        "doctor_id": doctor_id,
        "status": "completed",
        "origin": origin,
        "scheduled_at": scheduled_at or done,
        "arrived_at": arrived_at or done,
        "completed_at": done,
        "completed_on": setup.calendar.day_of(done),
        "paid_at": max((payment.paid_at for payment in payments), default=None),
        "gross_minor": bill.gross_minor,
        "discount_minor": bill.discount_minor,
        "points_used": bill.points_used,
        "points_value_minor": bill.points_value_minor,
        "due_minor": bill.due_minor,
        "paid_minor": paid,
        "follow_up_on": follow_up_on,
        "created_at": now,
    }
    visit_id = _write_visit(session, visit_id, row)
    _write_bill(session, visit_id, lines, bill, payments)
    _take_points(session, visit_id, who, bill, setup, actor, now)
    if who.referral_id is not None and bill.discount_minor:
        use_pack(session, referral_id=who.referral_id, visit_id=visit_id)
    record(
        session,
        actor=actor,
        action="visit.completed",
        object_kind="visit",
        object_id=visit_id,
        patient_id=patient_id,
        after={"due_minor": bill.due_minor, "paid_minor": paid},
        now=now,
    )
    note(session, VisitCompleted(visit_id, patient_id, quiet))
    return visit_id


def _write_visit(session: Session, visit_id: int | None, row: dict[str, Any]) -> int:
    if visit_id is None:
        return int(_insert_visit(session, row))
    moved = _COMPLETE.run(
        session,
        visit=visit_id,
        patient=row["patient_id"],
        form=row["form_key"],
        arrived=row["arrived_at"],
        completed=row["completed_at"],
        completed_on=row["completed_on"],
        paid_at=row["paid_at"],
        gross=row["gross_minor"],
        discount=row["discount_minor"],
        used=row["points_used"],
        used_value=row["points_value_minor"],
        due=row["due_minor"],
        paid=row["paid_minor"],
        follow_up=row["follow_up_on"],
    )
    if moved != 1:
        _explain(session, visit_id, row["patient_id"])
    return visit_id


def _explain(session: Session, visit_id: int, patient_id: int) -> None:
    status = session.scalar(select(Visit.status).where(Visit.id == visit_id, Visit.patient_id == patient_id))
    if status is None:
        raise Refusal("visit_unknown")
    moves_to(status, "completed")
    raise Refusal("already_completed")


def _write_bill(
    session: Session, visit_id: int, lines: Sequence[Line], bill: Bill, payments: Sequence[Paid]
) -> None:
    _insert_lines.many(
        session,
        [
            {
                "visit_id": visit_id,
                "position": position,
                "service_id": line.service_id,
                "quantity": line.quantity,
                "amount_minor": line.amount_minor,
                "discount_minor": bill.discounts[position],
            }
            for position, line in enumerate(lines)
        ],
    )
    _insert_payments.many(session, [_payment_row(visit_id, payment) for payment in payments])


def _payment_row(visit_id: int, payment: Paid) -> dict[str, Any]:
    return {
        "visit_id": visit_id,
        "external_id": payment.id,
        "amount_minor": payment.amount_minor,
        "paid_at": payment.paid_at,
    }


def _take_points(
    session: Session, visit_id: int, who: Payer, bill: Bill, setup: Programme, actor: Actor, now: datetime
) -> None:
    if bill.points_used:
        points.redeem(
            session,
            patient_id=who.patient_id,
            points=bill.points_used,
            key=f"visit:{visit_id}:redeem",
            today=setup.calendar.day_of(now),
            visit_id=visit_id,
            actor=actor,
            now=now,
            quiet=True,
        )


def pay_visit(
    session: Session, *, visit_id: int, payment: Paid, actor: Actor, now: datetime, quiet: bool = False
) -> bool:
    """Take a later payment of a completed visit; False when its id was taken before.

    Once paid in full the visit earns and counts like any other (P4). Refuses ``payment_exceeds_due``,
    ``payment_key_reused`` and ``amount_not_positive``.
    """
    # Of two clicks at once the second waits here and then finds the first one's payment.
    session.execute(select(Visit.id).where(Visit.id == visit_id).with_for_update())
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
    _insert_payments(session, _payment_row(visit_id, payment))
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
