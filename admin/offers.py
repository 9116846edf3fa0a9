"""Patients' vouchers: the list, giving one, looking at it, withdrawing it (V2, V3)."""

from flask import Response, abort, flash, url_for
from flask_babel import gettext as _

from admin import blueprint
from admin.labels import in_language
from admin.offer_forms import VoucherForm
from admin.offer_lists import (
    PAGE,
    choose_patient,
    chosen_patient,
    clinic_today,
    list_of,
    more_url,
    reason_given,
)
from admin.offer_words import state_of_voucher
from loyalty.clinic import queries as clinic
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients import queries as patients
from loyalty.patients.models import Patient
from loyalty.reports.queries.offers import uses_of_voucher, voucher_rows
from loyalty.rewards import operations
from loyalty.rewards.models import Voucher
from web.access import permission_required
from web.extensions import db
from web.identity import actor
from web.pages import redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.transactions import commits

STATES = ("active", "used", "expired", "cancelled")
_P = Permission


@blueprint.get("/vouchers", endpoint="vouchers")
@permission_required(_P.ISSUE_OFFERS)
def voucher_list() -> Response:
    """Vouchers that belong to patients, the latest first."""
    narrowed, frame = list_of("admin.vouchers", STATES)
    rows = voucher_rows(db.session(), promo=False, **narrowed)
    more = more_url("admin.vouchers", rows[PAGE - 1].voucher.id, narrowed) if len(rows) > PAGE else None
    return render_page(
        "admin/vouchers.html",
        fragment="rows",
        rows=[(row, state_of_voucher(row.voucher, frame["today"])) for row in rows[:PAGE]],
        more_url=more,
        **frame,
    )


@blueprint.get("/vouchers/new")
@permission_required(_P.ISSUE_OFFERS)
def new_voucher() -> Response:
    """Choose the patient first, then what she gets."""
    person = chosen_patient()
    if person is None:
        crumb = (url_for("admin.vouchers"), _("Vouchers"))
        return choose_patient("admin.new_voucher", _("Give a voucher"), crumb)
    return _form_page(person, VoucherForm())


@blueprint.post("/vouchers/new")
@permission_required(_P.ISSUE_OFFERS)
@commits
def issue_voucher() -> Response:
    """Give a patient a voucher; the form sent twice gives one."""
    person = chosen_patient()
    if person is None:
        abort(404)
    form = VoucherForm()
    if not form.validate_on_submit():
        return _form_page(person, form, status=422)
    try:
        found = operations.issue_voucher(
            db.session(),
            patient_id=person.id,
            external_id=f"desk-{form.form_key.data}",
            actor=actor(),
            now=clock.now(),
            **form.voucher(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _form_page(person, form, status=409)
    return redirect_or_fragment("admin.voucher", voucher_id=found.id)


def _form_page(person: Patient, form: VoucherForm, *, status: int = 200) -> Response:
    return render_page(
        "admin/voucher_form.html",
        status=status,
        form=form,
        heading=_("A voucher for %(name)s", name=person.name),
        crumb=(url_for("admin.vouchers"), _("Vouchers")),
        action=url_for("admin.issue_voucher", patient=person.id),
        button=_("Give the voucher"),
        promo=False,
    )


@blueprint.get("/vouchers/<int:voucher_id>")
@permission_required(_P.ISSUE_OFFERS)
def voucher(voucher_id: int) -> Response:
    return voucher_page(voucher_or_404(voucher_id, promo=False))


@blueprint.post("/vouchers/<int:voucher_id>/cancel")
@permission_required(_P.ISSUE_OFFERS)
@commits
def cancel_voucher(voucher_id: int) -> Response:
    """Withdraw a voucher that was not used; bills that took it stay as they are."""
    return withdraw(voucher_or_404(voucher_id, promo=False), "admin.voucher")


def withdraw(found: Voucher, endpoint: str) -> Response:
    """Cancel a voucher or promo code, or say why not."""
    try:
        operations.cancel_voucher(
            db.session(), voucher_id=found.id, reason=reason_given(), actor=actor(), now=clock.now()
        )
    except Refusal as refusal:
        return voucher_page(found, status=409, refusal=refusal_text(refusal))
    flash(_("Withdrawn. It can not be used any more."), "success")
    return redirect_or_fragment(endpoint, voucher_id=found.id)


def voucher_or_404(voucher_id: int, *, promo: bool) -> Voucher:
    """A patient's voucher, or a promo code: each has its own pages and its own permission."""
    found = db.session().get(Voucher, voucher_id)
    if found is None or (found.patient_id is None) is not promo:
        abort(404)
    return found


def voucher_page(found: Voucher, *, status: int = 200, refusal: str = "") -> Response:
    """What it gives, when, how often it was used, and on which visits."""
    session, today = db.session(), clinic_today()
    wanted = set(found.service_ids or ())
    person = patients.patient(session, found.patient_id) if found.patient_id else None
    return render_page(
        "admin/voucher.html",
        status=status,
        voucher=found,
        person=person,
        state=state_of_voucher(found, today),
        services=[in_language(row.name) for row in clinic.services(session) if row.id in wanted],
        uses=uses_of_voucher(session, found.id),
        refusal=refusal,
    )
