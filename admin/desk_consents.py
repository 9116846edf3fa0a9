"""What a patient says about her consents at the desk or on the phone, noted for her (C5, C10)."""

from flask import Response, abort, request

from admin import blueprint
from admin.editing import WORDING
from admin.patient import patient_or_404, patient_page
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients.operations import record_consent
from loyalty.patients.rules import PURPOSES
from web.access import permission_required
from web.extensions import db
from web.identity import actor
from web.pages import redirect_or_fragment
from web.phrases import refusal_text
from web.transactions import commits

LONGEST_REASON = 500


@blueprint.post("/patients/<int:patient_id>/consents/<purpose>")
@permission_required(Permission.EDIT_PATIENTS)
@commits
def save_consent(patient_id: int, purpose: str) -> Response:
    """Note a yes or a no with how it was said; a no always counts, a yes not above her own opt-out."""
    patient_or_404(patient_id)
    if purpose not in PURPOSES:
        abort(404)
    try:
        _note(patient_id, purpose, request.form.get("granted", ""), request.form.get("reason", "").strip())
    except Refusal as refusal:
        status = 409 if refusal.code == "opted_out" else 422
        return patient_page(patient_id, status=status, refusal=refusal_text(refusal))
    return redirect_or_fragment("admin.patient", patient_id=patient_id)


def _note(patient_id: int, purpose: str, granted: str, reason: str) -> None:
    if granted not in ("yes", "no"):
        raise Refusal("unknown_choice")
    if not reason:
        raise Refusal("reason_missing")
    record_consent(
        db.session(),
        patient_id=patient_id,
        purpose=purpose,
        granted=granted == "yes",
        source="desk",
        wording=WORDING,
        reason=reason[:LONGEST_REASON],
        actor=actor(),
        now=clock.now(),
    )
