"""Promo codes: vouchers for everybody who knows the word (V2)."""

from flask import Response, url_for
from flask_babel import gettext as _

from admin import blueprint
from admin.offer_forms import PromoForm
from admin.offer_lists import PAGE, list_of, more_url
from admin.offer_words import state_of_voucher
from admin.offers import STATES, voucher_or_404, voucher_page, withdraw
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.reports.queries.offers import voucher_rows
from loyalty.rewards import operations
from web.access import permission_required
from web.extensions import db
from web.identity import actor
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits

_P = Permission


@blueprint.get("/promo-codes")
@permission_required(_P.EDIT_CATALOGUE)
def promo_codes() -> Response:
    """Codes for everybody, the latest first, with how often they were used."""
    narrowed, frame = list_of("admin.promo_codes", STATES)
    rows = voucher_rows(db.session(), promo=True, **narrowed)
    more = more_url("admin.promo_codes", rows[PAGE - 1].voucher.id, narrowed) if len(rows) > PAGE else None
    return render_page(
        "admin/voucher_promos.html",
        fragment="rows",
        rows=[(row.voucher, state_of_voucher(row.voucher, frame["today"])) for row in rows[:PAGE]],
        more_url=more,
        **frame,
    )


@blueprint.get("/promo-codes/new")
@permission_required(_P.EDIT_CATALOGUE)
def new_promo_code() -> Response:
    return _form_page(PromoForm())


@blueprint.post("/promo-codes/new")
@permission_required(_P.EDIT_CATALOGUE)
@commits
def create_promo_code() -> Response:
    """Announce a code; the form sent twice makes one, another's code is refused."""
    form = PromoForm()
    if not form.validate_on_submit():
        return _form_page(form, status=422)
    try:
        found = operations.issue_voucher(
            db.session(),
            external_id=f"desk-{form.form_key.data}",
            actor=actor(),
            now=clock.now(),
            **form.voucher(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _form_page(form, status=409)
    return redirect_or_fragment("admin.promo_code", voucher_id=found.id)


@blueprint.get("/promo-codes/<int:voucher_id>")
@permission_required(_P.EDIT_CATALOGUE)
def promo_code(voucher_id: int) -> Response:
    return voucher_page(voucher_or_404(voucher_id, promo=True))


@blueprint.post("/promo-codes/<int:voucher_id>/cancel")
@permission_required(_P.EDIT_CATALOGUE)
@commits
def cancel_promo_code(voucher_id: int) -> Response:
    """End a code before its last day; bills that took it stay as they are."""
    return withdraw(voucher_or_404(voucher_id, promo=True), "admin.promo_code")


def _form_page(form: PromoForm, *, status: int = 200) -> Response:
    return render_page(
        "admin/voucher_form.html",
        status=status,
        form=form,
        heading=_("New promo code"),
        crumb=(url_for("admin.promo_codes"), _("Promo codes")),
        action=url_for("admin.create_promo_code"),
        button=_("Save the code"),
        promo=True,
    )
