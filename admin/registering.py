"""Registering a visit: the bill with its live quote, and what came of it."""

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _

from admin import blueprint
from admin.code_guard import guarded
from admin.offers_on_bill import Subject
from admin.outcome import outcome_of
from admin.paging import number_argument
from admin.patient import patient_or_404
from admin.quoting import quote_of, wanted_quote
from admin.register_forms import RegisterForm
from admin.visits import visit_or_404
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients import queries as patients
from loyalty.patients.models import Patient
from loyalty.reports.queries.desk import senders_of
from loyalty.rewards.rules.codes import grouped
from loyalty.settlement.operations import register_visit as register
from loyalty.settlement.queries import NONE_RESERVED, reserved
from loyalty.visits import queries as visits
from loyalty.visits.models import Visit
from web.access import permission_required
from web.extensions import db
from web.formats import money
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page, wants_fragment
from web.transactions import commits, undo

CHOICES = 20


@blueprint.get("/visits/new")
@permission_required(Permission.REGISTER_VISITS)
def register_visit() -> Response:
    """Choose the patient first; a booked visit brings hers along."""
    visit, person = _subject()
    if person is None:
        return _choose_patient()
    kept = reserved(db.session(), visit.id) if visit else NONE_RESERVED
    form = RegisterForm(
        _whose(visit, person),
        doctor=visit.doctor_id or 0 if visit else 0,
        branch=visit.branch_id if visit else None,
        **RegisterForm.prefilled(kept),
    )
    form.move_foreign_codes()
    form.tick_scanned(request.args)
    return _page(visit, person, form)


@blueprint.post("/visits/new")
@permission_required(Permission.REGISTER_VISITS)
@commits
def save_visit() -> Response:
    """Complete the visit with everything that follows, in one transaction; sent twice it is one (P4)."""
    visit, person = _subject()
    if person is None:
        abort(404)
    form = RegisterForm(_whose(visit, person))
    if "add" in request.form:
        form.add_line()
        return _page(visit, person, form)
    if (first := _sent_before(person, form)) is not None:
        # The first answer was lost: the same bill might be refused now, its points are spent.
        return redirect_or_fragment("admin.registered", visit_id=first.id)
    if not form.validate_on_submit():
        return _page(visit, person, form, status=422)
    try:
        visit_id = _register(visit, person, form)
    except Refusal as refusal:
        undo(db.session())
        if (first := _sent_before(person, form)) is not None:
            # The other of two clicks was quicker, and took what this one was refused.
            return redirect_or_fragment("admin.registered", visit_id=first.id)
        form.refuse(refusal)
        return _page(visit, person, form, status=409)
    return redirect_or_fragment("admin.registered", visit_id=visit_id)


def _sent_before(person: Patient, form: RegisterForm) -> Visit | None:
    """The visit that this very form has made, if it was sent before."""
    first = visits.visit_by_form_key(db.session(), form.form_key.data or "")
    return first if first is not None and first.patient_id == person.id else None


def _register(visit: Visit | None, person: Patient, form: RegisterForm) -> int:
    slowed_down = guarded(form.typed_codes())
    if slowed_down is not None:
        raise slowed_down
    session, now, lines, wanted = db.session(), clock.now(), form.bill_lines(), form.wanted()
    bill = wanted_quote(wanted, lines, person.id, visit.id if visit else None).bill
    return register(
        session,
        patient_id=person.id,
        visit_id=visit.id if visit else None,
        form_key=form.form_key.data,
        lines=lines,
        payments=form.payments(bill.due_minor, now),
        points_used=bill.points_used,
        vouchers=wanted.vouchers,
        certificates=wanted.certificates,
        packages=wanted.packages,
        arrived_at=visit.arrived_at if visit else None,
        doctor_id=form.doctor.data or None,
        branch_id=form.branch.data or None,
        follow_up_on=form.follow_up_on.data,
        actor=actor(),
        now=now,
    )


@blueprint.post("/visits/quote")
@permission_required(Permission.REGISTER_VISITS)
def quote() -> Response:
    """The bill worked out so far, writing nothing; without script the whole page with it."""
    visit, person = _subject()
    if person is None:
        abort(404)
    form = RegisterForm(_whose(visit, person))
    form.validate()
    return _page(visit, person, form, quoted=wants_fragment())


@blueprint.get("/visits/<int:visit_id>/registered")
@permission_required(Permission.REGISTER_VISITS)
def registered(visit_id: int) -> Response:
    """What came of a registered visit: points, both halves, the tier."""
    visit = visit_or_404(visit_id)
    if visit.status != "completed":
        abort(404)
    return render_page("admin/registered.html", visit=visit, **outcome_of(visit))


def _subject() -> tuple[Visit | None, Patient | None]:
    """The visit and the patient that the address names; they must belong together."""
    visit_id, patient_id = number_argument("visit"), number_argument("patient")
    if visit_id is not None:
        visit = visit_or_404(visit_id)
        if patient_id not in (None, visit.patient_id):
            abort(404)
        return visit, patient_or_404(visit.patient_id)
    return None, patient_or_404(patient_id) if patient_id is not None else None


def _whose(visit: Visit | None, person: Patient) -> Subject:
    today = current_staff().programme.calendar.day_of(clock.now())
    return Subject(person.id, visit.id if visit else None, today)


def _choose_patient() -> Response:
    text = request.args.get("q", "").strip()[:100]
    rows = patients.search_patients(db.session(), text, limit=CHOICES) if text else []
    return render_page("admin/choose_patient.html", fragment="results", q=text, rows=rows)


def _page(
    visit: Visit | None, person: Patient, form: RegisterForm, *, quoted: bool = False, status: int = 200
) -> Response:
    subject: dict[str, Any] = {"visit": visit.id} if visit else {"patient": person.id}
    return render_page(
        "admin/_quoted.html" if quoted else "admin/register.html",
        status=status,
        form=form,
        visit=visit,
        person=person,
        stats=patients.stats(db.session(), person.id),
        sender=senders_of(db.session(), [person.id]).get(person.id),
        quote=quote_of(form, person.id, visit.id if visit else None),
        own_certificates=_certificates(form),
        action=url_for("admin.save_visit", **subject),
        quote_url=url_for("admin.quote", **subject),
        heading=_("Register a visit of %(name)s", name=person.name),
    )


def _certificates(form: RegisterForm) -> str:
    """The patient's own certificates as a hint under the field."""
    own = [f"{grouped(one.code)} ({money(one.left_minor)})" for one in form.at_hand.certificates]
    return _("On the card: %(certificates)s", certificates=", ".join(own)) if own else ""
