"""A day's visits, and one visit with its bill."""

from datetime import timedelta

from flask import Response, abort

from admin import blueprint
from admin.paging import day_argument
from admin.register_forms import PaymentForm
from admin.viewing import audit_view
from loyalty.clinic import queries as clinic
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.patients import queries as patients
from loyalty.points import queries as points
from loyalty.reports.queries.desk import senders_of
from loyalty.reports.queries.today import day_figures
from loyalty.settlement.queries import NONE_RESERVED, Used, reserved, used_on_visit
from loyalty.visits import queries as visits
from loyalty.visits.models import Visit
from loyalty.visits.rules import refundable
from web.access import permission_required
from web.extensions import db
from web.identity import current_staff
from web.pages import render_page

OPEN = ("booked", "arrived")


def was_refunded(visit: Visit) -> bool:
    """Whether anything of what was paid was given back already."""
    return bool(visit.refunded_minor or visit.certificate_returned_minor or visit.points_returned)


def visit_or_404(visit_id: int) -> Visit:
    found = visits.visit(db.session(), visit_id)
    if found is None:
        abort(404)
    return found


def used_on(visit: Visit) -> Used:
    """The vouchers, certificates and packages on a visit's bill; nothing is asked where there are none."""
    if visit.discount_minor or visit.certificate_minor or visit.package_minor:
        return used_on_visit(db.session(), visit)
    return Used()


@blueprint.get("/visits", endpoint="visits")
@permission_required(Permission.SEE_PATIENTS)
def visit_list() -> Response:
    """The visits of one local day, today's unless another is asked for."""
    calendar = current_staff().programme.calendar
    today = calendar.day_of(clock.now())
    shown = day_argument("day", today)
    start, end = calendar.day_bounds(shown)
    rows = visits.day_list(db.session(), start, end)
    return render_page(
        "admin/visits.html",
        rows=rows,
        senders=senders_of(db.session(), [row.patient_id for row in rows if row.is_first]),
        figures=day_figures(db.session(), start, end),
        shown=shown,
        today=today,
        day_before=shown - timedelta(days=1),
        day_after=shown + timedelta(days=1),
    )


@blueprint.get("/visits/<int:visit_id>")
@permission_required(Permission.SEE_PATIENTS)
def visit(visit_id: int) -> Response:
    """One visit: where it stands, what may be done next, its bill; looking at it is audited (A1)."""
    found = visit_or_404(visit_id)
    audit_view("visit", visit_id, patient_id=found.patient_id)
    return visit_page(visit_id)


def visit_page(
    visit_id: int, *, status: int = 200, refusal: str = "", payment: PaymentForm | None = None
) -> Response:
    """The page of a visit, with the sentence of a refusal when a move was not possible.

    ``payment`` is a form that was sent and not taken; a part-paid visit shows a fresh one for the rest.
    """
    session, found = db.session(), visit_or_404(visit_id)
    if payment is None and found.status == "completed" and found.paid_minor < found.due_minor:
        payment = PaymentForm(formdata=None, amount=found.due_minor - found.paid_minor)
    names = {doctor.id: doctor.name for doctor in clinic.doctors(session)}
    places = {branch.id: branch.name for branch in clinic.branches(session)}
    return render_page(
        "admin/visit.html",
        status=status,
        refusal=refusal,
        payment=payment,
        visit=found,
        used=used_on(found),
        reserved=reserved(session, visit_id) if found.status in OPEN else NONE_RESERVED,
        can_refund=found.status == "completed" and refundable(found) > 0,
        can_undo=found.status == "completed" and not was_refunded(found),
        person=patients.patient(session, found.patient_id),
        stats=patients.stats(session, found.patient_id),
        doctor=names.get(found.doctor_id) if found.doctor_id else None,
        branch=places.get(found.branch_id) if found.branch_id else None,
        sender=senders_of(session, [found.patient_id]).get(found.patient_id),
        lines=visits.bill_lines(session, visit_id),
        payments=visits.payments(session, visit_id),
        refunds=visits.refunds(session, visit_id),
        changes=points.entries_of_visit(session, visit_id),
    )
