"""Earning rules: what is in force, what is being drafted, and what a draft would have given (P2)."""

from datetime import date, timedelta
from typing import Any

from flask import Response, abort, url_for
from flask_babel import gettext as _

from admin import blueprint
from admin.earning_forms import RuleForm
from admin.earning_words import condition_lines, service_names
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.clock import Month
from loyalty.kernel.refusal import Refusal
from loyalty.points import operations
from loyalty.points import queries as points
from loyalty.points.models import EarningRule
from web.access import permission_required
from web.extensions import db
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits

QUARTER = 3


def rule_or_404(rule_id: int) -> EarningRule:
    found = points.earning_rule(db.session(), rule_id)
    if found is None:
        abort(404)
    return found


@blueprint.get("/earning-rules")
@permission_required(Permission.EDIT_EARNING_RULES)
def earning_rules() -> Response:
    """Active rules in the order in which they are asked, then drafts; each rule's page has its versions."""
    rules = points.earning_rules(db.session())
    return render_page(
        "admin/earning_rules.html",
        active=[rule for rule in rules if rule.state == "active"],
        drafts=[rule for rule in rules if rule.state == "draft"],
        services=service_names(rules),
        conditions=condition_lines,
    )


@blueprint.get("/earning-rules/new")
@permission_required(Permission.EDIT_EARNING_RULES)
def new_earning_rule() -> Response:
    return _form_page(None, RuleForm())


@blueprint.post("/earning-rules/new")
@permission_required(Permission.EDIT_EARNING_RULES)
@commits
def create_earning_rule() -> Response:
    """Keep the rule as a draft: it changes nothing until it is activated."""
    return _save(None, RuleForm())


@blueprint.get("/earning-rules/<int:rule_id>")
@permission_required(Permission.EDIT_EARNING_RULES)
def earning_rule(rule_id: int) -> Response:
    """One version in words, its sisters, and for a draft what it would have given last quarter."""
    return rule_page(rule_or_404(rule_id))


@blueprint.get("/earning-rules/<int:rule_id>/edit")
@permission_required(Permission.EDIT_EARNING_RULES)
def edit_earning_rule(rule_id: int) -> Response:
    """A version's form; where a draft of the rule waits already, it is the one that goes on."""
    rule = rule_or_404(rule_id)
    drafts = [one for one in points.earning_rules(db.session()) if one.code == rule.code]
    draft = next((one for one in drafts if one.state == "draft"), rule)
    return _form_page(draft, RuleForm.of(draft))


@blueprint.post("/earning-rules/<int:rule_id>/edit")
@permission_required(Permission.EDIT_EARNING_RULES)
@commits
def save_earning_rule(rule_id: int) -> Response:
    """Change a draft; a version that was ever active stays as it is and a new draft is made."""
    return _save(rule_or_404(rule_id), RuleForm())


def rule_page(rule: EarningRule, *, refusal: str = "", status: int = 200) -> Response:
    """A rule's page, with the sentence of a refusal when a step was not possible."""
    session = db.session()
    since, until = _last_quarter()
    simulated = rule.state == "draft" and rule.trigger == "visit"
    return render_page(
        "admin/earning_rule.html",
        status=status,
        refusal=refusal,
        rule=rule,
        conditions=condition_lines(rule, service_names([rule])),
        versions=[one for one in points.earning_rules(session, with_retired=True) if one.code == rule.code],
        simulation=(
            points.simulate(
                session, rule_id=rule.id, programme=current_staff().programme, since=since, until=until
            )
            if simulated
            else None
        ),
        since=since,
        last_day=until - timedelta(days=1),
    )


def _save(rule: EarningRule | None, form: RuleForm) -> Response:
    if rule is not None:
        form.code.data = rule.code
    if not form.validate_on_submit():
        return _form_page(rule, form, status=422)
    try:
        saved = operations.save_earning_rule(
            db.session(), code=form.code.data or "", **form.values(), actor=actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _form_page(rule, form, status=422)
    return redirect_or_fragment("admin.earning_rule", rule_id=saved.id)


def _form_page(rule: EarningRule | None, form: RuleForm, *, status: int = 200) -> Response:
    where: dict[str, Any] = {"crumb": (url_for("admin.earning_rules"), _("Earning rules"))}
    if rule is None:
        where |= {"heading": _("New earning rule"), "action": url_for("admin.create_earning_rule")}
    else:
        where |= {
            "heading": _("Change the rule %(code)s", code=rule.code),
            "action": url_for("admin.save_earning_rule", rule_id=rule.id),
            "crumb": (url_for("admin.earning_rule", rule_id=rule.id), f"{rule.code}:{rule.version}"),
        }
    return render_page("admin/earning_form.html", status=status, rule=rule, form=form, **where)


def _last_quarter() -> tuple[date, date]:
    """The last three whole clinic months: first day, and the day after the last."""
    month: Month = current_staff().programme.calendar.month_of(clock.now())
    return month.plus(-QUARTER).first, month.first
