"""Later payments of a visit that was paid in part: paid in full it earns its points (P4)."""

from flask import Response, abort

from admin import blueprint
from admin.register_forms import PaymentForm
from admin.visits import visit_or_404, visit_page
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.settlement import operations
from web.access import permission_required
from web.extensions import db
from web.identity import actor
from web.pages import redirect_or_fragment
from web.transactions import commits


@blueprint.post("/visits/<int:visit_id>/payments")
@permission_required(Permission.REGISTER_VISITS)
@commits
def pay_visit(visit_id: int) -> Response:
    """Take a payment once per form, whoever clicks however often; never more than is due."""
    if visit_or_404(visit_id).status != "completed":
        abort(404)
    form, now = PaymentForm(), clock.now()
    if not form.validate_on_submit():
        return visit_page(visit_id, status=422, payment=form)
    try:
        operations.pay_visit(
            db.session(), visit_id=visit_id, payment=form.payment(now), actor=actor(), now=now
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return visit_page(visit_id, status=409, payment=form)
    return redirect_or_fragment("admin.visit", visit_id=visit_id)
