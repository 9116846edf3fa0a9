"""Giving back what was paid for a visit: the points it earned go back with it (P9, P12)."""

from typing import ClassVar

from flask import Response, abort
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired

from admin import blueprint
from admin.fields import MoneyField
from admin.visits import used_on, visit_or_404
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients import queries as patients
from loyalty.visits import operations
from loyalty.visits.models import Visit
from loyalty.visits.rules import RefundParts, point_value, refundable, split_refund
from web.access import permission_required
from web.extensions import db
from web.forms import Form, at_most, required
from web.identity import actor
from web.pages import redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.transactions import commits


class RefundForm(Form):
    """The amount and why; the hidden key makes a second click the same refund."""

    refusal_fields: ClassVar[dict[str, str]] = {
        "amount_not_positive": "amount",
        "refund_exceeds_paid": "amount",
        "refund_not_whole_points": "amount",
    }

    amount = MoneyField(_l("Amount"), validators=[InputRequired(_l("Please fill this in."))])
    reason = StringField(_l("Reason"), validators=[required(), at_most(500)])


@blueprint.get("/visits/<int:visit_id>/refund")
@permission_required(Permission.REFUND_VISITS)
def refund(visit_id: int) -> Response:
    visit = _refundable(visit_id)
    return _page(visit, RefundForm(amount=refundable(visit)))


@blueprint.post("/visits/<int:visit_id>/refund/preview")
@permission_required(Permission.REFUND_VISITS)
def preview_refund(visit_id: int) -> Response:
    """How the amount typed would go back, writing nothing; without script the whole page with it."""
    return _page(_refundable(visit_id), RefundForm())


@blueprint.post("/visits/<int:visit_id>/refund")
@permission_required(Permission.REFUND_VISITS)
@commits
def save_refund(visit_id: int) -> Response:
    """Refund once per form, whoever clicks however often; never more than was paid."""
    visit, form = visit_or_404(visit_id), RefundForm()
    if not form.validate_on_submit():
        return _page(visit, form, status=422)
    try:
        operations.refund_visit(
            db.session(),
            visit_id=visit_id,
            key=f"desk-{form.form_key.data}",
            amount_minor=form.amount.data or 0,
            reason=form.reason.data or "",
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(visit, form, status=409)
    return redirect_or_fragment("admin.visit", visit_id=visit_id)


def _refundable(visit_id: int) -> Visit:
    visit = visit_or_404(visit_id)
    if visit.status != "completed":
        abort(404)
    return visit


def _page(visit: Visit, form: RefundForm, *, status: int = 200) -> Response:
    parts, refusal = _parts(visit, form.amount.data)
    return render_page(
        "admin/refund.html",
        fragment="split",
        status=status,
        form=form,
        visit=visit,
        person=patients.patient(db.session(), visit.patient_id),
        used=used_on(visit),
        most=refundable(visit),
        parts=parts,
        points_minor=parts.points * point_value(visit) if parts else 0,
        refusal=refusal,
    )


def _parts(visit: Visit, amount_minor: int | None) -> tuple[RefundParts | None, str]:
    """Where the amount would go, or the sentence of why it cannot."""
    if amount_minor is None:
        return None, ""
    try:
        return split_refund(visit, amount_minor), ""
    except Refusal as refusal:
        return None, refusal_text(refusal)
