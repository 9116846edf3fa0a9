"""Gift certificates: selling, finding, giving on, printing the card, refunding the purchase (V4)."""

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext as _

from admin import blueprint
from admin.offer_forms import CertificateForm, GiveForm
from admin.offer_lists import (
    PAGE,
    choose_patient,
    chosen_patient,
    clinic_today,
    list_of,
    more_url,
    reason_given,
)
from admin.offer_words import state_of_certificate
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.clock import add_months
from loyalty.kernel.refusal import Refusal
from loyalty.patients import queries as patients
from loyalty.patients.models import Patient
from loyalty.reports.queries.offers import certificate_rows
from loyalty.rewards import operations, queries
from loyalty.rewards.models import Certificate
from web.access import permission_required
from web.extensions import db
from web.formats import money
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.transactions import commits

STATES = ("active", "used", "expired", "refunded")
_P = Permission


@blueprint.get("/certificates", endpoint="certificates")
@permission_required(_P.ISSUE_OFFERS)
def certificate_list() -> Response:
    """Certificates, the latest first, found by code or by a name."""
    narrowed, frame = list_of("admin.certificates", STATES)
    rows = certificate_rows(db.session(), **narrowed)
    more = None
    if len(rows) > PAGE:
        more = more_url("admin.certificates", rows[PAGE - 1].certificate.id, narrowed)
    return render_page(
        "admin/certificates.html",
        fragment="rows",
        rows=[(row, state_of_certificate(row.certificate, frame["today"])) for row in rows[:PAGE]],
        more_url=more,
        **frame,
    )


@blueprint.get("/certificates/new")
@permission_required(_P.ISSUE_OFFERS)
def new_certificate() -> Response:
    """What is sold; the buyer may be chosen, and need not be a patient."""
    if "choose" in request.args or "q" in request.args:
        crumb = (url_for("admin.new_certificate"), _("New gift certificate"))
        return choose_patient("admin.new_certificate", _("Who buys it?"), crumb)
    buyer = chosen_patient()
    months: int = current_staff().programme.settings["certificates.life_months"]
    last_day = add_months(clinic_today(), months) if months else None
    return _form_page(buyer, CertificateForm(valid_to=last_day, giver=buyer.name if buyer else ""))


@blueprint.post("/certificates/new")
@permission_required(_P.ISSUE_OFFERS)
@commits
def sell_certificate() -> Response:
    """Sell it; the form sent twice sells one. Selling earns no points, using it does (P3)."""
    buyer, form = chosen_patient(), CertificateForm()
    if not form.validate_on_submit():
        return _form_page(buyer, form, status=422)
    try:
        sold = operations.sell_certificate(
            db.session(),
            amount_minor=form.amount.data or 0,
            buyer_id=buyer.id if buyer else None,
            valid_to=form.valid_to.data,
            giver=form.giver.data or "",
            recipient=form.recipient.data or "",
            greeting=form.greeting.data or "",
            external_id=f"desk-{form.form_key.data}",
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _form_page(buyer, form, status=409)
    return redirect_or_fragment("admin.certificate", certificate_id=sold.id)


def _form_page(buyer: Patient | None, form: CertificateForm, *, status: int = 200) -> Response:
    buyer_id = {"patient": buyer.id} if buyer else {}
    return render_page(
        "admin/certificate_form.html",
        status=status,
        form=form,
        buyer=buyer,
        action=url_for("admin.sell_certificate", **buyer_id),  # type: ignore[arg-type]
    )


@blueprint.get("/certificates/<int:certificate_id>")
@permission_required(_P.ISSUE_OFFERS)
def certificate(certificate_id: int) -> Response:
    found = certificate_or_404(certificate_id)
    return _page(found, GiveForm(recipient=found.recipient, greeting=found.greeting))


@blueprint.post("/certificates/<int:certificate_id>/give")
@permission_required(_P.ISSUE_OFFERS)
@commits
def give_certificate(certificate_id: int) -> Response:
    """Write another person on the card: whoever brings it then may use it (V4)."""
    found, form = certificate_or_404(certificate_id), GiveForm()
    if not form.validate_on_submit():
        return _page(found, form, status=422)
    try:
        operations.give_certificate(
            db.session(),
            certificate_id=found.id,
            to_patient_id=None,
            recipient=form.recipient.data or "",
            greeting=form.greeting.data or "",
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(found, form, status=409)
    flash(_("The card is for %(name)s now.", name=form.recipient.data), "success")
    return redirect_or_fragment("admin.certificate", certificate_id=found.id)


@blueprint.post("/certificates/<int:certificate_id>/refund")
@permission_required(_P.REFUND_VISITS)
@commits
def refund_certificate(certificate_id: int) -> Response:
    """Pay back the unused part of the purchase and end the certificate (V4)."""
    found = certificate_or_404(certificate_id)
    try:
        paid_back = operations.refund_certificate(
            db.session(), certificate_id=found.id, reason=reason_given(), actor=actor(), now=clock.now()
        )
    except Refusal as refusal:
        form = GiveForm(formdata=None, recipient=found.recipient, greeting=found.greeting)
        return _page(found, form, status=409, refusal=refusal_text(refusal))
    flash(_("Refunded: please pay back %(money)s.", money=money(paid_back)), "success")
    return redirect_or_fragment("admin.certificate", certificate_id=found.id)


def certificate_or_404(certificate_id: int) -> Certificate:
    """The certificate of an address."""
    found = db.session().get(Certificate, certificate_id)
    if found is None:
        abort(404)
    return found


def _page(found: Certificate, form: GiveForm, *, status: int = 200, refusal: str = "") -> Response:
    session = db.session()
    holder, buyer = (
        patients.patient(session, number) if number else None for number in (found.patient_id, found.buyer_id)
    )
    return render_page(
        "admin/certificate.html",
        status=status,
        certificate=found,
        state=state_of_certificate(found, clinic_today()),
        entries=queries.certificate_entries(session, found.id),
        form=form,
        refusal=refusal,
        holder=holder,
        buyer=buyer,
    )
