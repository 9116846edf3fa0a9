"""Showing a whole phone number: only on a click that leaves a trace (A1)."""

from flask import Response

from admin import blueprint
from admin.patient import patient_or_404, patient_page
from loyalty.activity.operations import record
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from web.access import permission_required
from web.extensions import db
from web.identity import actor
from web.transactions import commits


@blueprint.post("/patients/<int:patient_id>/phone")
@permission_required(Permission.SEE_PHONES)
@commits
def reveal_phone(patient_id: int) -> Response:
    """The number in full, for this answer only; every look is an audit entry."""
    person = patient_or_404(patient_id)
    record(
        db.session(),
        actor=actor(),
        action="phone.revealed",
        object_kind="patient",
        object_id=patient_id,
        patient_id=patient_id,
        now=clock.now(),
    )
    return patient_page(patient_id, shown_phone=person.phone or "", fragment="phone")
