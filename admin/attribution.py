"""Who sent this patient? Asked at the desk, answered with a name, a phone, a card or a code (F3, F4)."""

from typing import Any

from flask import Response, abort, request
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from admin import blueprint
from admin.fields import ChoiceField, PickField
from admin.patient import patient_or_404
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients import operations as patient_operations
from loyalty.patients.models import Patient
from loyalty.referrals import operations, queries
from loyalty.referrals.rules import OPEN_STAGES
from loyalty.reports.queries.desk import senders_of
from web.access import permission_required
from web.extensions import db
from web.forms import Form, at_most
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits

FOUND = 10


class ReferrerForm(Form):
    """The chosen person; ``reason`` is asked for when somebody else stood there before (F4)."""

    referrer = ChoiceField(_l("Sent by"))
    reason = StringField(_l("Reason"), validators=[at_most(500)])


class SourceForm(Form):
    """Another way than a person (F18)."""

    source = PickField(_l("Source"), [("walk_in", _l("Walked in")), ("channel", _l("Another way"))])
    channel = StringField(_l("Which way"), validators=[at_most(40)])


@blueprint.get("/patients/<int:patient_id>/referrer")
@permission_required(Permission.ATTRIBUTE_REFERRALS)
def attribute(patient_id: int) -> Response:
    return _page(patient_or_404(patient_id))


@blueprint.post("/patients/<int:patient_id>/referrer")
@permission_required(Permission.ATTRIBUTE_REFERRALS)
@commits
def save_referrer(patient_id: int) -> Response:
    """Note who sent the patient, or put it right before the first half is given, with a reason."""
    person = patient_or_404(patient_id)
    chosen = request.form.get("referrer", "")
    referrer_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    form = ReferrerForm()
    if not form.reason.validate(form):
        return _page(person, form, status=422)
    try:
        _save(person, referrer_id, (form.reason.data or "").strip())
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(person, form, status=409)
    return redirect_or_fragment("admin.patient", patient_id=patient_id)


def _save(person: Patient, referrer_id: int, reason: str) -> None:
    session, now = db.session(), clock.now()
    found = queries.referral_of_friend(session, person.id)
    if found is None:
        operations.attribute(
            session, friend_id=person.id, referrer_id=referrer_id, origin="desk", actor=actor(), now=now
        )
    else:
        operations.change_referrer(
            session, referral_id=found.id, referrer_id=referrer_id, reason=reason, actor=actor(), now=now
        )


@blueprint.post("/patients/<int:patient_id>/source")
@permission_required(Permission.EDIT_PATIENTS)
@commits
def save_source(patient_id: int) -> Response:
    """Nobody sent the patient: note how she came instead (F18)."""
    person, form = patient_or_404(patient_id), SourceForm()
    if not form.validate_on_submit():
        return _page(person, source_form=form, status=422)
    if queries.referral_of_friend(db.session(), patient_id) is not None:
        abort(409)
    channel = form.channel.data if form.source.data == "channel" else None
    patient_operations.change_patient(
        db.session(),
        patient=person,
        region=current_staff().programme.preset.region,
        actor=actor(),
        changes={"source_kind": form.source.data, "source_channel": channel},
        now=clock.now(),
    )
    return redirect_or_fragment("admin.patient", patient_id=patient_id)


def _page(
    person: Patient,
    form: ReferrerForm | None = None,
    *,
    source_form: SourceForm | None = None,
    status: int = 200,
) -> Response:
    session, text = db.session(), request.args.get("q", "").strip()[:100]
    found = queries.referral_of_friend(session, person.id)
    context: dict[str, Any] = {
        "person": person,
        "form": form or ReferrerForm(),
        "source_form": source_form or SourceForm(),
        "q": text,
        "rows": queries.find_referrers(session, text, limit=FOUND) if text else [],
        "referral": found,
        "sender": senders_of(session, [person.id]).get(person.id),
        "may_change": found is None or (found.first_half_points is None and found.stage in OPEN_STAGES),
    }
    return render_page("admin/attribute.html", fragment="results", status=status, **context)
