"""A visit completed with its bill, in one transaction with everything that follows."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic.queries import Programme, programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.database import table_of
from loyalty.kernel.events import note
from loyalty.kernel.once import InsertRow
from loyalty.kernel.prepared import Prepared
from loyalty.kernel.refusal import Refusal
from loyalty.settlement.operations.paying import insert_payments, payment_row
from loyalty.settlement.operations.taking import let_go, take
from loyalty.settlement.queries import NONE_RESERVED, Chosen, Payer, offers_on_bill, payer, reserved
from loyalty.settlement.rules import Bill, CertificateUse, Line, OffersOnBill, Paid, check_payments, settle
from loyalty.visits.events import VisitCompleted
from loyalty.visits.models import BillLine, Visit
from loyalty.visits.rules import BillKnown, moves_to, sources_of

_VISITS = table_of(Visit)
_insert_visit = InsertRow(_VISITS, returning=_VISITS.c.id)
_insert_lines = InsertRow(table_of(BillLine))
_BY_FORM = Prepared(select(_VISITS.c.id).where(_VISITS.c.form_key == bindparam("form_key")))
#: What completing a visit writes on a row that was booked before; the rest stays as it is.
_COMPLETED = (
    "form_key",
    "status",
    "arrived_at",
    "completed_at",
    "completed_on",
    "paid_at",
    "gross_minor",
    "discount_minor",
    "points_used",
    "points_value_minor",
    "certificate_minor",
    "package_minor",
    "due_minor",
    "paid_minor",
    "follow_up_on",
)
_KNOWN = ("patient_id", "status", "completed_at", "paid_at", "due_minor", "paid_minor", "certificate_minor")
_COMPLETE = Prepared(
    update(_VISITS)
    .where(
        _VISITS.c.id == bindparam("visit"),
        _VISITS.c.patient_id == bindparam("patient"),
        or_(*(_VISITS.c.status == status for status in sources_of("completed"))),
    )
    .values(
        **{name: bindparam(f"new_{name}", type_=_VISITS.c[name].type) for name in _COMPLETED},
        version=_VISITS.c.version + 1,
    )
    .returning(_VISITS.c.completion)
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
    vouchers: Sequence[str] = (),
    certificates: Sequence[CertificateUse] = (),
    packages: Sequence[str] = (),
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
    """Complete a visit with its bill, in one transaction with everything that follows (V1, P4).

    ``visit_id`` names a booked or arrived visit of this patient; without it a new one is made. What it had
    reserved is let go and what is named here is taken: points from the balance (P6 to P8), vouchers,
    certificates and packages by code, the newcomer pack (F13). Offers are judged on the visit's own day. The
    same ``form_key`` again gives the first visit back. Refusals: no_lines, amount_…, points_over_cap,
    not_enough_points, payment_exceeds_due, patient_unknown, patient_merged, visit_unknown, impossible_move,
    offer_twice, and those of the offers.
    """
    setup = programme(session)
    who = payer(session, patient_id, setup, now)
    # Of two clicks at once the second has waited for the patient's summary and finds the first one's visit.
    first = _BY_FORM.scalar(session, form_key=form_key) if form_key is not None else None
    if first is not None:
        return int(first)
    done = completed_at or now
    day = setup.calendar.day_of(done)
    kept = NONE_RESERVED if visit_id is None else reserved(session, visit_id)
    offers = offers_on_bill(
        session,
        Chosen(vouchers, certificates, packages),
        who=who,
        visit_id=visit_id,
        held=kept.held_minor,
        day=day,
    )
    bill = _settled(lines, offers, points_used, who, setup)
    paid = check_payments(payments, bill.due_minor)
    row: dict[str, Any] = {
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
        "completed_on": day,
        "paid_at": max((payment.paid_at for payment in payments), default=None),
        **_sums(bill),
        "paid_minor": paid,
        "follow_up_on": follow_up_on,
        "created_at": now,
    }
    visit_id, completion = _write_visit(session, visit_id, row)
    _write_bill(session, visit_id, lines, bill, payments)
    if kept:
        let_go(session, visit_id, patient_id, kept, taking=bill, now=now)
    take(session, visit_id, completion, who, bill, day=day, actor=actor, now=now)
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
    note(session, VisitCompleted(visit_id, patient_id, quiet, _known(visit_id, completion, who, row)))
    return visit_id


def _settled(
    lines: Sequence[Line], offers: OffersOnBill, points_used: int, who: Payer, setup: Programme
) -> Bill:
    return settle(
        lines,
        offers=offers,
        points_used=points_used,
        cap_percent=who.cap_percent,
        point_minor=setup.minor(setup.settings["points.value"]),
    )


def _known(visit_id: int, completion: int, who: Payer, row: dict[str, Any]) -> BillKnown:
    return BillKnown(
        id=visit_id,
        completion=completion,
        tier=who.tier,
        tier_falls_on=who.tier_falls_on,
        tier_pin_until=who.tier_pin_until,
        **{name: row[name] for name in _KNOWN},
    )


def _sums(bill: Bill) -> dict[str, int]:
    """The bill as it stands on the visit's row."""
    return {
        "gross_minor": bill.gross_minor,
        "discount_minor": bill.discount_minor,
        "points_used": bill.points_used,
        "points_value_minor": bill.points_value_minor,
        "certificate_minor": bill.certificate_minor,
        "package_minor": bill.package_minor,
        "due_minor": bill.due_minor,
    }


def _write_visit(session: Session, visit_id: int | None, row: dict[str, Any]) -> tuple[int, int]:
    """The visit's id, and the how manieth completion of it this is."""
    if visit_id is None:
        return int(_insert_visit(session, row)), 1
    completion = _COMPLETE.scalar(
        session,
        visit=visit_id,
        patient=row["patient_id"],
        **{f"new_{name}": row[name] for name in _COMPLETED},
    )
    if completion is None:
        _explain(session, visit_id, row["patient_id"])
    return visit_id, int(completion)


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
                "package_minor": bill.packages[position],
            }
            for position, line in enumerate(lines)
        ],
    )
    insert_payments.many(session, [payment_row(visit_id, payment) for payment in payments])
