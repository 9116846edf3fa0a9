"""New patients and changes of their records."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from admin import blueprint
from admin.patient import patient_or_404
from admin.patient_forms import EditPatientForm, NewPatientForm, PersonForm
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.contacts import normalise_phone
from loyalty.kernel.refusal import Refusal
from loyalty.patients import operations, queries
from loyalty.patients.models import Patient
from web.access import permission_required
from web.extensions import db
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits

#: The version of the sentences that are read out at the desk.
WORDING = "desk-2026-11"


@blueprint.get("/patients/new")
@permission_required(Permission.EDIT_PATIENTS)
def new_patient() -> Response:
    return _new_page(NewPatientForm(name=request.args.get("name", "")[:200]))


@blueprint.post("/patients/new")
@permission_required(Permission.EDIT_PATIENTS)
@commits
def create_patient() -> Response:
    """Add the patient; a phone that is known already is shown before a second record is made of it."""
    form = NewPatientForm()
    if not form.validate_on_submit():
        return _new_page(form, status=422)
    try:
        twins = _twins(form)
        if twins and not request.form.get("seen_twins"):
            return _new_page(form, twins=twins, status=409)
        person = _create(form)
    except Refusal as refusal:
        form.refuse(refusal)
        return _new_page(form, status=422)
    if form.source.data == "referral":
        return redirect_or_fragment("admin.attribute", patient_id=person.id, q=form.referrer.data or None)
    return redirect_or_fragment("admin.patient", patient_id=person.id)


def _create(form: NewPatientForm) -> Patient:
    session, now = db.session(), clock.now()
    source = form.source.data
    person = operations.create_patient(
        session,
        **form.person(),
        region=_region(),
        actor=actor(),
        now=now,
        # A referral is the source once it is attributed, on the next page: until then nobody has been named.
        source_kind=None if source == "referral" else source,
        source_channel=form.channel.data if source == "channel" else None,
    )
    for purpose in form.consents():
        operations.record_consent(
            session,
            patient_id=person.id,
            purpose=purpose,
            granted=True,
            source="desk",
            wording=WORDING,
            language=person.language,
            actor=actor(),
            now=now,
        )
    return person


def _twins(form: PersonForm) -> list[Patient]:
    """Who has this phone already; unreadable ones are refused, empty ones belong to nobody."""
    phone = (form.phone.data or "").strip()
    return queries.patients_with_phone(db.session(), normalise_phone(phone, _region())) if phone else []


def _new_page(form: NewPatientForm, *, twins: list[Patient] | None = None, status: int = 200) -> Response:
    return render_page(
        "admin/patient_form.html",
        form=form,
        twins=twins or [],
        status=status,
        heading=_("New patient"),
        button=_("Save patient"),
        action=url_for("admin.create_patient"),
        crumb=(url_for("admin.patients"), _("Patients")),
    )


@blueprint.get("/patients/<int:patient_id>/edit")
@permission_required(Permission.EDIT_PATIENTS)
def edit_patient(patient_id: int) -> Response:
    person = patient_or_404(patient_id)
    return _edit_page(person, EditPatientForm.of(person))


@blueprint.post("/patients/<int:patient_id>/edit")
@permission_required(Permission.EDIT_PATIENTS)
@commits
def save_patient(patient_id: int) -> Response:
    """Change the record; before and after are audited (A1)."""
    person, form = patient_or_404(patient_id), EditPatientForm()
    if not form.validate_on_submit():
        return _edit_page(person, form, status=422)
    try:
        operations.change_patient(
            db.session(),
            patient=person,
            changes=form.person(),
            region=_region(),
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _edit_page(person, form, status=422)
    return redirect_or_fragment("admin.patient", patient_id=patient_id)


def _edit_page(person: Patient, form: EditPatientForm, *, status: int = 200) -> Response:
    return render_page(
        "admin/patient_form.html",
        form=form,
        twins=[],
        status=status,
        heading=_("Change %(name)s", name=person.name),
        button=_("Save changes"),
        action=url_for("admin.save_patient", patient_id=person.id),
        crumb=(url_for("admin.patient", patient_id=person.id), person.name),
    )


def _region() -> Any:
    return current_staff().programme.preset.region
