"""What each tier brings: written in four languages, ordered, retired."""

from flask import Response, abort, flash, request
from flask_babel import gettext as _

from admin import blueprint
from admin.labels import in_language
from admin.tiers_forms import BenefitForm
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.codes import digest
from loyalty.kernel.refusal import Refusal
from loyalty.tiers import operations, queries
from loyalty.tiers.models import Benefit
from loyalty.tiers.rules import TIERS
from web.access import permission_required
from web.extensions import db
from web.identity import actor
from web.labels import tier_name
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits

_P = Permission


@blueprint.get("/tiers/<tier>/benefits/new")
@permission_required(_P.EDIT_TIERS)
def new_benefit(tier: str) -> Response:
    return _page(_known(tier), None, BenefitForm())


@blueprint.post("/tiers/<tier>/benefits/new")
@permission_required(_P.EDIT_TIERS)
@commits
def create_benefit(tier: str) -> Response:
    """Add a benefit; the form's key makes its code, so that a second click saves the same one."""
    form = BenefitForm()
    code = f"b-{digest(form.form_key.data or '')[:12]}"
    return _save(_known(tier), None, code, form)


@blueprint.get("/tiers/benefits/<int:benefit_id>")
@permission_required(_P.EDIT_TIERS)
def benefit(benefit_id: int) -> Response:
    found = _benefit_or_404(benefit_id)
    return _page(found.tier, found, BenefitForm.of(found))


@blueprint.post("/tiers/benefits/<int:benefit_id>")
@permission_required(_P.EDIT_TIERS)
@commits
def save_benefit(benefit_id: int) -> Response:
    found = _benefit_or_404(benefit_id)
    return _save(found.tier, found, found.code, BenefitForm())


@blueprint.post("/tiers/benefits/<int:benefit_id>/move")
@permission_required(_P.EDIT_TIERS)
@commits
def move_benefit(benefit_id: int) -> Response:
    """One place up or down in the list of its tier."""
    _benefit_or_404(benefit_id)
    up = request.form.get("up") == "yes"
    operations.move_benefit(db.session(), benefit_id=benefit_id, up=up, actor=actor(), now=clock.now())
    return redirect_or_fragment("admin.tiers")


@blueprint.post("/tiers/benefits/<int:benefit_id>/retire")
@permission_required(_P.EDIT_TIERS)
@commits
def retire_benefit(benefit_id: int) -> Response:
    """Show it to patients no longer."""
    _benefit_or_404(benefit_id)
    operations.retire_benefit(db.session(), benefit_id=benefit_id, actor=actor(), now=clock.now())
    flash(_("Patients do not see this benefit any more."), "success")
    return redirect_or_fragment("admin.tiers")


def _save(tier: str, found: Benefit | None, code: str, form: BenefitForm) -> Response:
    if not form.validate_on_submit():
        return _page(tier, found, form, status=422)
    try:
        operations.save_benefit(
            db.session(),
            tier=tier,
            code=code,
            name=form.written("name"),
            description=form.written("description"),
            icon=form.icon.data,
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(tier, found, form, status=422)
    flash(_("Saved."), "success")
    return redirect_or_fragment("admin.tiers")


def _page(tier: str, found: Benefit | None, form: BenefitForm, *, status: int = 200) -> Response:
    heading = _("New benefit of %(tier)s", tier=tier_name(tier))
    return render_page(
        "admin/tiers_benefit.html",
        status=status,
        tier=tier,
        benefit=found,
        form=form,
        heading=in_language(found.name) if found is not None else heading,
    )


def _known(tier: str) -> str:
    if tier not in TIERS:
        abort(404)
    return tier


def _benefit_or_404(benefit_id: int) -> Benefit:
    found = queries.benefit(db.session(), benefit_id)
    if found is None:
        abort(404)
    return found
