"""Booking a visit for a patient, with or without a wish that it answers."""

from datetime import datetime, time, timedelta
from typing import Any

from flask import Response, abort, request
from flask_babel import lazy_gettext as _l

from admin import blueprint
from admin.fields import ChoiceField, ClockField, DayField
from admin.labels import in_language
from admin.paging import number_argument
from admin.patient import patient_or_404
from admin.requests import request_or_404
from loyalty.clinic import queries as clinic
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.reports.queries.desk import senders_of
from loyalty.visits import operations
from loyalty.visits.models import AppointmentRequest
from web.access import permission_required
from web.extensions import db
from web.forms import Form, required
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits

#: The hour offered first for each part of the day.
_FIRST = {"morning": time(9), "afternoon": time(14), "evening": time(17)}
FARTHEST = timedelta(days=400)


class BookForm(Form):
    day = DayField(_l("Day"), validators=[required()])
    time = ClockField(_l("Time"), validators=[required()])
    doctor = ChoiceField(_l("Doctor"))
    branch = ChoiceField(_l("Branch"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        session = db.session()
        doctors = [(doctor.id, in_language(doctor.name)) for doctor in clinic.doctors(session)]
        self.doctor.offer([(0, "–"), *doctors])
        self.branch.offer((row.id, in_language(row.name)) for row in clinic.branches(session))

    def moment(self) -> datetime:
        """The instant that day and time name on the clinic's clock (TM1)."""
        day, at = self.day.data, self.time.data
        assert day is not None, "a form that has been validated"
        assert at is not None, "a form that has been validated"
        return current_staff().programme.calendar.at(day, at)


@blueprint.get("/patients/<int:patient_id>/book")
@permission_required(Permission.REGISTER_VISITS)
def book(patient_id: int) -> Response:
    person, wish = patient_or_404(patient_id), _wish(patient_id)
    day = clock.now() + timedelta(days=1)
    form = BookForm(
        day=(wish.wished_on if wish else None) or current_staff().programme.calendar.day_of(day),
        time=_FIRST.get(wish.part_of_day if wish else "", time(9)),
    )
    return _page(person, wish, form)


@blueprint.post("/patients/<int:patient_id>/book")
@permission_required(Permission.REGISTER_VISITS)
@commits
def save_booking(patient_id: int) -> Response:
    """Book the visit; the same form twice is one visit, two receptionists cannot answer one wish twice."""
    person, wish = patient_or_404(patient_id), _wish(patient_id)
    form = BookForm()
    if not form.validate_on_submit():
        return _page(person, wish, form, status=422)
    moment, now = form.moment(), clock.now()
    if not now - timedelta(days=1) <= moment <= now + FARTHEST:
        form.day.errors = [*form.day.errors, _l("Please choose a day from today on, within a year.")]
        return _page(person, wish, form, status=422)
    try:
        visit = operations.book_visit(
            db.session(),
            patient_id=patient_id,
            scheduled_at=moment,
            doctor_id=form.doctor.data or None,
            branch_id=form.branch.data,
            request_id=wish.id if wish else None,
            form_key=form.form_key.data,
            actor=actor(),
            now=now,
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(person, wish, form, status=409)
    return redirect_or_fragment("admin.visit", visit_id=visit.id)


def _wish(patient_id: int) -> AppointmentRequest | None:
    """The wish that is being answered: named in the address, and this patient's own."""
    wish_id = number_argument("request")
    if wish_id is None:
        return None
    wish = request_or_404(wish_id)
    if wish.patient_id != patient_id:
        abort(404)
    return wish


def _page(person: Patient, wish: AppointmentRequest | None, form: BookForm, *, status: int = 200) -> Response:
    return render_page(
        "admin/book.html",
        status=status,
        form=form,
        person=person,
        wish=wish,
        sender=senders_of(db.session(), [person.id]).get(person.id),
        action=request.full_path.rstrip("?"),
    )
