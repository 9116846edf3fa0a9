"""Packages of prepaid sessions: opening one, what is left of it, ending it (V6)."""

from flask import Response, abort, flash, url_for
from flask_babel import gettext as _

from admin import blueprint
from admin.offer_forms import PackageForm
from admin.offer_lists import (
    PAGE,
    choose_patient,
    chosen_patient,
    clinic_today,
    list_of,
    more_url,
    reason_given,
)
from admin.offer_words import state_of_package
from loyalty.clinic.models import Service
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients import queries as patients
from loyalty.patients.models import Patient
from loyalty.reports.queries.offers import package_rows
from loyalty.rewards import operations, queries
from loyalty.rewards.models import Package
from web.access import permission_required
from web.extensions import db
from web.identity import actor
from web.pages import redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.transactions import commits

STATES = ("active", "used", "expired", "cancelled")
_P = Permission


@blueprint.get("/packages", endpoint="packages")
@permission_required(_P.ISSUE_OFFERS)
def package_list() -> Response:
    """Packages, the latest first."""
    narrowed, frame = list_of("admin.packages", STATES)
    rows = package_rows(db.session(), **narrowed)
    more = more_url("admin.packages", rows[PAGE - 1].package.id, narrowed) if len(rows) > PAGE else None
    return render_page(
        "admin/packages.html",
        fragment="rows",
        rows=[(row, state_of_package(row.package, frame["today"])) for row in rows[:PAGE]],
        more_url=more,
        **frame,
    )


@blueprint.get("/packages/new")
@permission_required(_P.ISSUE_OFFERS)
def new_package() -> Response:
    """Choose the patient first: a package is hers alone."""
    person = chosen_patient()
    if person is None:
        crumb = (url_for("admin.packages"), _("Packages"))
        return choose_patient("admin.new_package", _("Open a package"), crumb)
    return _form_page(person, PackageForm())


@blueprint.post("/packages/new")
@permission_required(_P.ISSUE_OFFERS)
@commits
def open_package() -> Response:
    """Open it; the form sent twice opens one."""
    person = chosen_patient()
    if person is None:
        abort(404)
    form = PackageForm()
    if not form.validate_on_submit():
        return _form_page(person, form, status=422)
    try:
        opened = operations.open_package(
            db.session(),
            patient_id=person.id,
            service_id=form.service.data,
            sessions=form.sessions.data or 0,
            valid_to=form.valid_to.data,
            external_id=f"desk-{form.form_key.data}",
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _form_page(person, form, status=409)
    return redirect_or_fragment("admin.package", package_id=opened.id)


def _form_page(person: Patient, form: PackageForm, *, status: int = 200) -> Response:
    return render_page(
        "admin/package_form.html",
        status=status,
        form=form,
        person=person,
        action=url_for("admin.open_package", patient=person.id),
    )


@blueprint.get("/packages/<int:package_id>")
@permission_required(_P.ISSUE_OFFERS)
def package(package_id: int) -> Response:
    return _page(_package_or_404(package_id))


@blueprint.post("/packages/<int:package_id>/cancel")
@permission_required(_P.ISSUE_OFFERS)
@commits
def cancel_package(package_id: int) -> Response:
    """End a package; sessions that were used stay used."""
    found = _package_or_404(package_id)
    try:
        operations.cancel_package(
            db.session(), package_id=found.id, reason=reason_given(), actor=actor(), now=clock.now()
        )
    except Refusal as refusal:
        return _page(found, status=409, refusal=refusal_text(refusal))
    flash(_("The package has ended."), "success")
    return redirect_or_fragment("admin.package", package_id=found.id)


def _package_or_404(package_id: int) -> Package:
    found = db.session().get(Package, package_id)
    if found is None:
        abort(404)
    return found


def _page(found: Package, *, status: int = 200, refusal: str = "") -> Response:
    session = db.session()
    return render_page(
        "admin/package.html",
        status=status,
        package=found,
        person=patients.patient(session, found.patient_id),
        service=session.get_one(Service, found.service_id),
        state=state_of_package(found, clinic_today()),
        uses=queries.package_uses(session, found.id),
        refusal=refusal,
    )
