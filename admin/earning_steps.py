"""Putting an earning rule in force and taking it out again; points given before stay as they are (P5)."""

from flask import Response, flash
from flask_babel import gettext as _

from admin import blueprint
from admin.earning_rules import rule_or_404, rule_page
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.points import operations
from web.access import permission_required
from web.extensions import db
from web.identity import actor
from web.pages import redirect_or_fragment
from web.phrases import refusal_text
from web.transactions import commits


@blueprint.post("/earning-rules/<int:rule_id>/activate")
@permission_required(Permission.EDIT_EARNING_RULES)
@commits
def activate_earning_rule(rule_id: int) -> Response:
    """From now on visits earn by it; the version of the code that was active before retires."""
    rule = rule_or_404(rule_id)
    try:
        operations.activate_earning_rule(db.session(), rule_id=rule_id, actor=actor(), now=clock.now())
    except Refusal as refusal:
        return rule_page(rule, refusal=refusal_text(refusal), status=409)
    flash(_("The rule is active from now on."), "success")
    return redirect_or_fragment("admin.earning_rule", rule_id=rule_id)


@blueprint.post("/earning-rules/<int:rule_id>/retire")
@permission_required(Permission.EDIT_EARNING_RULES)
@commits
def retire_earning_rule(rule_id: int) -> Response:
    """Visits earn by it no more; a draft is put away."""
    rule = rule_or_404(rule_id)
    try:
        operations.retire_earning_rule(db.session(), rule_id=rule_id, actor=actor(), now=clock.now())
    except Refusal as refusal:
        return rule_page(rule, refusal=refusal_text(refusal), status=409)
    flash(_("The rule is retired. Points given before stay."), "success")
    return redirect_or_fragment("admin.earning_rule", rule_id=rule_id)
