"""A visit on one page: bill, discounts, points, certificates, money, points earned; made to be printed."""

from flask import Response, abort

from admin import blueprint
from admin.viewing import audit_view
from admin.visits import visit_or_404
from loyalty.clinic.rules.roles import Permission
from loyalty.patients import queries as patients
from loyalty.settlement.queries import statement as statement_of
from web.access import permission_required
from web.extensions import db
from web.pages import render_page


@blueprint.get("/visits/<int:visit_id>/statement")
@permission_required(Permission.SEE_PATIENTS)
def statement(visit_id: int) -> Response:
    """The statement of a completed visit; looking at it is audited (A1)."""
    visit = visit_or_404(visit_id)
    if visit.status != "completed":
        abort(404)
    patient_id = visit.patient_id
    audit_view("visit", visit_id, patient_id=patient_id)
    session = db.session()
    return render_page(
        "admin/statement.html",
        statement=statement_of(session, visit_id),
        person=patients.patient(session, patient_id),
    )
