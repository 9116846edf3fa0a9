"""Undoing a completion that was a mistake: everything it gave and took goes back, with a reason (V3, V6)."""

from typing import ClassVar

from flask import Response, abort, flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from admin import blueprint
from admin.visits import used_on, visit_or_404
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients import queries as patients
from loyalty.points import queries as points
from loyalty.settlement.operations import undo_completion
from loyalty.visits.models import Visit
from web.access import permission_required
from web.extensions import db
from web.forms import Form, at_most, required
from web.identity import actor
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits


class UndoForm(Form):
    """Why the completion was a mistake."""

    refusal_fields: ClassVar[dict[str, str]] = {"reason_missing": "reason"}

    reason = StringField(_l("Reason"), validators=[required(), at_most(500)])


@blueprint.get("/visits/<int:visit_id>/undo")
@permission_required(Permission.REFUND_VISITS)
def undo_visit(visit_id: int) -> Response:
    """What would go back, before anybody presses the button."""
    visit = visit_or_404(visit_id)
    if visit.status != "completed":
        abort(404)
    return _page(visit, UndoForm())


@blueprint.post("/visits/<int:visit_id>/undo")
@permission_required(Permission.REFUND_VISITS)
@commits
def save_undo(visit_id: int) -> Response:
    """Bring the visit back to arrived; a second click finds it there and changes nothing."""
    visit, form = visit_or_404(visit_id), UndoForm()
    if not form.validate_on_submit():
        return _page(visit, form, status=422)
    try:
        undone = undo_completion(
            db.session(), visit_id=visit_id, reason=form.reason.data or "", actor=actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(visit, form, status=409)
    if undone:
        flash(_("The completion is undone: the patient is here, the bill can be entered anew."), "success")
    return redirect_or_fragment("admin.visit", visit_id=visit_id)


def _page(visit: Visit, form: UndoForm, *, status: int = 200) -> Response:
    session = db.session()
    return render_page(
        "admin/undo.html",
        status=status,
        form=form,
        visit=visit,
        person=patients.patient(session, visit.patient_id),
        used=used_on(visit),
        changes=points.entries_of_visit(session, visit.id),
    )
