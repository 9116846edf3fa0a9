"""The patient's own page: profile, language, nickname, consents, log-ins."""

from typing import Any

from flask import Response, abort, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField

from loyalty.access.operations import end_session
from loyalty.access.queries import sessions_of
from loyalty.access.rules.sessions import PATIENT
from loyalty.kernel import clock
from loyalty.kernel.contacts import masked_phone
from loyalty.kernel.localized import LANGUAGES
from loyalty.kernel.refusal import Refusal
from loyalty.leaderboard.operations import propose_nickname
from loyalty.leaderboard.queries import nickname_of
from loyalty.patients.models import Patient
from loyalty.patients.operations import change_patient
from loyalty.patients.queries import patient as patient_record
from portal import blueprint
from portal.consents import consent_lines
from portal.devices import device_name
from portal.membership import card_of
from web.access import patient_required
from web.extensions import db
from web.forms import Form, at_most, required
from web.i18n import remember_language
from web.identity import actor, current_patient
from web.labels import channel_name
from web.pages import go_to, render_page
from web.transactions import commits


class ProfileForm(Form):
    """``channels`` are the clinic's; an empty preferred channel means the clinic's order."""

    refusal_fields = {"name_missing": "name", "email_unreadable": "email"}

    name = StringField(_l("Name"), validators=[required(), at_most(200)])
    salutation = StringField(_l("How may we address you?"), validators=[at_most(16)])
    email = StringField(_l("E-mail"), validators=[at_most(254)])
    preferred_channel = SelectField(_l("Where shall we write?"))

    def show_channels(self) -> None:
        channels = current_patient().programme.preset.channels
        named = [(code, channel_name(code)) for code in channels]
        self.preferred_channel.choices = [("", _("No preference")), *named]


class NicknameForm(Form):
    refusal_fields = dict.fromkeys(
        ("nickname_length", "nickname_letters", "nickname_contact", "nickname_real_name"), "nickname"
    )

    nickname = StringField(_l("Nickname"), validators=[at_most(40)])
    real_name_allowed = BooleanField(_l("My real name may be shown"))


@blueprint.get("/me")
@patient_required
def me() -> Response:
    """Everything the patient may change herself."""
    return me_page()


def me_page(
    profile: ProfileForm | None = None, nick: NicknameForm | None = None, status: int = 200
) -> Response:
    """The page around a form that may have gone wrong."""
    patient, session, now = current_patient(), db.session(), clock.now()
    profile = profile or ProfileForm(formdata=None, obj=_record())
    profile.show_channels()
    nickname = nickname_of(session, patient.id)
    return render_page(
        "portal/me.html",
        status=status,
        card=card_of(patient),
        phone=masked_phone(patient.phone),
        form=profile,
        nickname=nickname,
        nickname_form=nick or NicknameForm(formdata=None, obj=nickname),
        consents=consent_lines(),
        logins=[
            (login.id, device_name(login.device), login.seen_at)
            for login in sessions_of(session, PATIENT, patient.id, now=now)
        ],
        this_login=patient.session_id,
    )


def _record() -> Patient:
    found = patient_record(db.session(), current_patient().id)
    assert found is not None, "the signed-in patient has a record"
    return found


def _change(changes: dict[str, Any]) -> None:
    patient = current_patient()
    change_patient(
        db.session(),
        patient=_record(),
        changes=changes,
        region=patient.programme.preset.region,
        actor=actor(),
        now=clock.now(),
    )


@blueprint.post("/me")
@patient_required
@commits
def save_profile() -> Response:
    """Save name, salutation, e-mail and preferred channel."""
    form = ProfileForm()
    form.show_channels()
    if not form.validate_on_submit():
        return me_page(profile=form, status=422)
    fields = (form.name, form.salutation, form.email, form.preferred_channel)
    try:
        _change({field.name: (field.data or "").strip() or None for field in fields})
    except Refusal as refusal:
        form.refuse(refusal)
        return me_page(profile=form, status=422)
    flash(_("Saved."), "success")
    return go_to("/me#profile")


@blueprint.post("/me/language")
@patient_required
@commits
def save_language() -> Response:
    """The language of pages and messages, for this patient and for this browser."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        abort(404)
    _change({"language": language})
    return remember_language(go_to("/me"), language)


@blueprint.post("/me/nickname")
@patient_required
@commits
def nickname() -> Response:
    """Propose the name for the thank-you board; staff read it before anybody else does (B6)."""
    form = NicknameForm()
    if not form.validate_on_submit():
        return me_page(nick=form, status=422)
    try:
        propose_nickname(
            db.session(),
            patient_id=current_patient().id,
            nickname=form.nickname.data or "",
            real_name_allowed=form.real_name_allowed.data,
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return me_page(nick=form, status=422)
    flash(_("Thank you. We read it before it is shown."), "success")
    return go_to("/me#board-name")


@blueprint.post("/me/logins/<int:session_id>/end")
@patient_required
@commits
def end_login(session_id: int) -> Response:
    """Log another browser of one's own out; ending it twice changes nothing."""
    now = clock.now()
    own = {one.id for one in sessions_of(db.session(), PATIENT, current_patient().id, now=now)}
    if session_id not in own:
        abort(404)
    end_session(db.session(), session_id=session_id, now=now)
    flash(_("That browser is logged out."), "success")
    return go_to("/me#sessions")
