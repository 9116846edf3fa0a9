"""Visits: what is to come, the wish for a new one, what has been."""

from datetime import datetime

from flask import Response, abort, flash, request
from flask_babel import gettext as _

from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.visits import operations
from loyalty.visits.queries import requests_of_patient, visit, visits_of_patient
from portal import blueprint
from portal.appointments import appointment_of
from portal.wishes import WishForm, emergency_text, wish_text
from web.access import patient_required
from web.extensions import db
from web.identity import actor, current_patient
from web.pages import go_to, redirect_or_fragment, render_page, wants_fragment
from web.transactions import commits

AT_ONCE = 20


@blueprint.get("/visits")
@patient_required
def visits() -> Response:
    """Appointments, wishes and past visits; ``before`` gives the older ones."""
    return visits_page(WishForm())


def visits_page(form: WishForm, status: int = 200) -> Response:
    """The page around a wish that may have gone wrong."""
    patient, session, now = current_patient(), db.session(), clock.now()
    form.show_days(patient.programme.calendar.day_of(now))
    before = _before()
    found = visits_of_patient(session, patient.id, before=before, limit=AT_ONCE + 1)
    shown = [(row, appointment_of(row, patient.programme)) for row in found[:AT_ONCE]]
    coming = [view for (row, _doctor), view in shown if row.status == "booked" and row.scheduled_at >= now]
    last = found[AT_ONCE - 1][0] if len(found) > AT_ONCE else None
    return render_page(
        "portal/visits.html",
        fragment="past",
        status=status,
        form=form,
        older=before is not None,
        coming=sorted(coming, key=lambda view: view.at),
        wishes=[] if before else _open_wishes(patient.id),
        past=[view for _row, view in shown if view not in coming],
        emergency=emergency_text(patient.programme.country),
        next_before=f"{last.scheduled_at.isoformat()}_{last.id}" if last else None,
    )


def _open_wishes(patient_id: int) -> list[str]:
    found = requests_of_patient(db.session(), patient_id)
    return [wish_text(wish.wished_on, wish.part_of_day) for wish in found]


def _before() -> tuple[datetime, int] | None:
    text = request.args.get("before")
    if text is None:
        return None
    moment, _sep, visit_id = text.rpartition("_")
    try:
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None or len(visit_id) > 18:
            raise ValueError(text)
        return at, int(visit_id)
    except ValueError:
        abort(404)


@blueprint.post("/visits/<int:visit_id>/confirm")
@patient_required
@commits
def confirm_visit(visit_id: int) -> Response:
    """ "I will come": one's own booked visit; saying it twice is as good as once."""
    found = visit(db.session(), visit_id)
    if found is None or found.patient_id != current_patient().id:
        abort(404)
    if found.status != "booked":
        flash(_("This appointment can no longer be confirmed."), "warning")
        return _back()
    operations.confirm_visit(db.session(), visit_id=visit_id, actor=actor(), now=clock.now())
    if wants_fragment():
        return render_page("portal/_confirmed.html")
    flash(_("Thank you, we look forward to seeing you."), "success")
    return _back()


def _back() -> Response:
    return redirect_or_fragment("portal.home" if request.form.get("from") == "home" else "portal.visits")


@blueprint.post("/visits/request")
@patient_required
@commits
def request_appointment() -> Response:
    """Leave a wish for a time; the same form sent twice is one wish."""
    patient, form = current_patient(), WishForm()
    form.show_days(patient.programme.calendar.day_of(clock.now()))
    if not form.validate_on_submit():
        return visits_page(form, 422)
    try:
        operations.request_appointment(
            db.session(),
            patient_id=patient.id,
            form_key=form.key,
            wished_on=form.wished_day,
            part_of_day=form.part_of_day.data,
            note_text=form.note.data or "",
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return visits_page(form, 409)
    flash(_("Thank you, your wish is with us. We will call you to agree on a time."), "success")
    return go_to("/visits")
