"""The envelope of two gift cards: link, code, ready words, ways to send, cards on paper."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, abort, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from loyalty.kernel import clock
from loyalty.kernel.localized import LANGUAGES
from loyalty.kernel.refusal import Refusal
from loyalty.referrals import operations
from loyalty.referrals.queries import code_of
from loyalty.referrals.rules import halves
from portal import blueprint
from portal.share import TONES, ways, words
from web.access import patient_required
from web.extensions import db
from web.forms import Form, at_most
from web.i18n import current_language
from web.identity import SignedInPatient, actor, current_patient
from web.pages import go_to, public_url, render_page
from web.transactions import commits


class ShownNameForm(Form):
    refusal_fields = {"name_too_long": "shown_name"}

    shown_name = StringField(_l("The name your friends see"), validators=[at_most(40)])


@dataclass(frozen=True, slots=True)
class OwnInvitation:
    """A patient's own link, with what it promises the friend."""

    code: str
    link: str
    link_shown: str
    shown_name: str
    percent: int


def own_invitation(patient: SignedInPatient) -> OwnInvitation:
    """The patient's own code and link; 404 in the moment before she has one."""
    found = code_of(db.session(), patient.id)
    if found is None:
        abort(404)
    link = public_url("portal.landing", code=found.code)
    address = urlsplit(link)
    return OwnInvitation(
        code=found.code,
        link=link,
        link_shown=address.netloc + address.path,
        shown_name=found.shown_name or "",
        percent=patient.programme.settings["referrals.pack_percent"],
    )


@blueprint.get("/invite")
@patient_required
def invite() -> Response:
    """The envelope; ``tone`` and ``words`` choose the ready message and its language."""
    return invite_page()


def invite_page(form: ShownNameForm | None = None, status: int = 200) -> Response:
    """The page around a name that may not have fitted."""
    patient = current_patient()
    own = own_invitation(patient)
    language = current_language()
    tone = _one_of(request.args.get("tone"), TONES, TONES[0])
    words_language = _one_of(request.args.get("words"), LANGUAGES, language)
    clinic = patient.programme.name.in_language(words_language, patient.programme.language)
    text = words(tone, words_language, clinic=clinic, percent=own.percent)
    sent_by = ways(words_language, text, own.link)
    first, second = halves(patient.programme.settings["referrals.reward_points"])
    return render_page(
        "portal/invite.html",
        fragment="words",
        status=status,
        form=form or ShownNameForm(formdata=None, obj=own),
        link=own.link,
        link_shown=own.link_shown,
        percent=own.percent,
        first_half=first,
        second_half=second,
        tones=[("personal", _("Personal")), ("short", _("Short")), ("family", _("For family"))],
        tone=tone,
        words_language=words_language,
        text=text,
        ways=sent_by,
        pasted=", ".join(way.name for way in sent_by if way.copies),
    )


def _one_of(value: str | None, allowed: tuple[str, ...], otherwise: str) -> str:
    return value if value in allowed else otherwise


@blueprint.post("/invite/name")
@patient_required
@commits
def show_name() -> Response:
    """How the patient is named on her invitation; an empty name keeps her unnamed."""
    form = ShownNameForm()
    if not form.validate_on_submit():
        return invite_page(form, 422)
    try:
        operations.show_name(
            db.session(),
            patient_id=current_patient().id,
            shown_name=form.shown_name.data,
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return invite_page(form, 422)
    flash(_("Saved."), "success")
    return go_to("/invite#name")


@blueprint.get("/invite/code")
@patient_required
def invite_qr() -> Response:
    """The link as a code that a friend scans from this screen."""
    own = own_invitation(current_patient())
    return render_page(
        "portal/invite_qr.html", code=own.code, link=own.link, link_shown=own.link_shown, percent=own.percent
    )


@blueprint.get("/invite/cards")
@patient_required
def invite_cards() -> Response:
    """Both cards on one sheet of paper."""
    own = own_invitation(current_patient())
    return render_page("portal/invite_cards.html", code=own.code, link=own.link, percent=own.percent)
