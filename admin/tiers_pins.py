"""A patient's tier held by the staff for a time (M10)."""

from flask import Response, flash
from flask_babel import gettext as _

from admin import blueprint
from admin.patient import patient_or_404, patient_page
from admin.tiers_forms import PinForm
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.tiers import operations
from web.access import permission_required
from web.extensions import db
from web.forms import Form
from web.identity import actor
from web.pages import redirect_or_fragment
from web.transactions import commits

_P = Permission


@blueprint.post("/patients/<int:patient_id>/pin")
@permission_required(_P.PIN_TIERS)
@commits
def pin_tier(patient_id: int) -> Response:
    """Hold a tier until a day, with a reason that stays in the history."""
    patient_or_404(patient_id)
    form = PinForm()
    if not form.validate_on_submit() or form.until.data is None:
        return patient_page(patient_id, tab="tiers", status=422, pin_form=form)
    try:
        operations.pin_tier(
            db.session(),
            patient_id=patient_id,
            tier=form.tier.data,
            until=form.until.data,
            reason=form.reason.data or "",
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return patient_page(patient_id, tab="tiers", status=422, pin_form=form)
    flash(_("The tier is held from now on."), "success")
    return redirect_or_fragment("admin.patient", patient_id=patient_id, tab="tiers")


@blueprint.post("/patients/<int:patient_id>/unpin")
@permission_required(_P.PIN_TIERS)
@commits
def unpin_tier(patient_id: int) -> Response:
    """Let the tier be again what the patient has reached."""
    patient_or_404(patient_id)
    if not Form().validate_on_submit():
        return redirect_or_fragment("admin.patient", patient_id=patient_id, tab="tiers")
    if operations.unpin_tier(db.session(), patient_id=patient_id, actor=actor(), now=clock.now()):
        flash(_("The tier is held no longer."), "success")
    return redirect_or_fragment("admin.patient", patient_id=patient_id, tab="tiers")
