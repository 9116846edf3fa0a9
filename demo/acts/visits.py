"""Booking, arriving, staying away, being treated, getting money back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from demo.catalogue import SERVICES
from demo.stage import Stage
from loyalty.settlement.operations import register_visit
from loyalty.settlement.queries import quote
from loyalty.settlement.rules import Line, Paid
from loyalty.visits import operations as visits
from loyalty.visits.queries import requests_of_patient

#: From the desk to the till.
STAYS = timedelta(minutes=35)


def book(stage: Stage, key: str, at: datetime, doctor: str) -> None:
    """Book a visit; an open wish of hers is answered with it."""
    wishes = requests_of_patient(stage.session, stage.people[key])
    visit = visits.book_visit(
        stage.session,
        patient_id=stage.people[key],
        scheduled_at=at,
        doctor_id=stage.doctors[doctor],
        branch_id=stage.branches["main"],
        request_id=wishes[0].id if wishes else None,
        quiet=stage.quiet,
        actor=stage.desk,
        now=stage.now,
    )
    stage.visits[key] = visit.id


def confirm(stage: Stage, key: str) -> None:
    """She says that she will come."""
    visits.confirm_visit(stage.session, visit_id=stage.visits[key], actor=stage.herself(key), now=stage.now)


def arrive(stage: Stage, key: str) -> None:
    visits.mark_arrived(
        stage.session, visit_id=stage.visits[key], quiet=stage.quiet, actor=stage.desk, now=stage.now
    )


def miss(stage: Stage, key: str) -> None:
    visits.mark_no_show(
        stage.session, visit_id=stage.visits[key], quiet=stage.quiet, actor=stage.desk, now=stage.now
    )


def cancel(stage: Stage, key: str) -> None:
    visits.cancel_visit(
        stage.session, visit_id=stage.visits[key], quiet=stage.quiet, actor=stage.desk, now=stage.now
    )


def treat(
    stage: Stage, key: str, codes: Sequence[str], doctor: str, *, points: int = 0, label: str = ""
) -> None:
    """A visit with its bill at list prices, paid in full, part of it by points.

    ``label`` is the key under which a refund finds it, the patient's own unless said otherwise.
    """
    lines = [Line(stage.services[code], SERVICES[code][2], kind=SERVICES[code][0]) for code in codes]
    patient_id = stage.people[key]
    bill = quote(stage.session, patient_id=patient_id, lines=lines, points_used=points, now=stage.now).bill
    stage.bills += 1
    due = bill.due_minor
    stage.visits[label or key] = register_visit(
        stage.session,
        patient_id=patient_id,
        lines=lines,
        payments=[Paid(f"till-{stage.bills:06d}", due, stage.now)] if due else [],
        points_used=points,
        scheduled_at=stage.now - STAYS,
        arrived_at=stage.now - STAYS,
        doctor_id=stage.doctors[doctor],
        branch_id=stage.branches["main"],
        quiet=stage.quiet,
        actor=stage.desk,
        now=stage.now,
    )


def refund(stage: Stage, label: str, amount_minor: int, *, reason: str, by: str) -> None:
    """Give back money of a visit."""
    visits.refund_visit(
        stage.session,
        visit_id=stage.visits[label],
        key="refund-1",
        amount_minor=amount_minor,
        reason=reason,
        quiet=stage.quiet,
        actor=stage.staff[by],
        now=stage.now,
    )
