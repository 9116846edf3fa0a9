"""A gift certificate: its balance and every change, giving it away, the card to print or send."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Response, abort, flash, make_response, request, url_for
from flask_babel import force_locale, pgettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from loyalty.kernel import clock
from loyalty.kernel.localized import LANGUAGES
from loyalty.kernel.refusal import Refusal
from loyalty.rewards import operations
from loyalty.rewards.models import Certificate, CertificateEntry, Redemption
from loyalty.rewards.queries import certificate_entries
from loyalty.rewards.queries.holdings import certificate_of, redemption_behind
from loyalty.rewards.rules.codes import grouped
from portal import blueprint, offer_words
from portal.offer_words import State
from portal.vouchers import asked_again, may_undo
from web.access import patient_required
from web.art.gift_card import CardWords, gift_card
from web.clinic import current_clinic
from web.extensions import db
from web.formats import day, money
from web.forms import Form, at_most, required
from web.i18n import current_language, html_lang
from web.identity import actor, current_patient
from web.pages import go_to, render_page
from web.transactions import commits

LONGEST_GREETING, LONGEST_NAME = 300, 120


class GiftForm(Form):
    """Whose name stands on the card, and what it says."""

    refusal_fields = {"recipient_missing": "recipient", "greeting_too_long": "greeting"}

    recipient = StringField(_l("For whom?"), validators=[required(), at_most(LONGEST_NAME)])
    greeting = TextAreaField(_l("Your greeting"), validators=[at_most(LONGEST_GREETING)])


@dataclass(frozen=True, slots=True)
class Movement:
    text: str
    day: str
    amount: str
    plus: bool


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    id: int
    balance: str
    state: State
    code: str
    open: bool
    facts: list[tuple[str, str]]
    changes: list[Movement]
    redemption: Redemption | None


def own_certificate(certificate_id: int) -> Certificate:
    """The reader's own certificate; another's is 404."""
    found = certificate_of(db.session(), certificate_id, current_patient().id)
    if found is None:
        abort(404)
    return found


@blueprint.get("/certificates/<int:certificate_id>")
@patient_required
def certificate(certificate_id: int) -> Response:
    """Code, balance and every change; the open page asks again and shows what is left."""
    found = own_certificate(certificate_id)
    return _certificate_page(found, GiftForm(formdata=None, obj=found))


def _certificate_page(found: Certificate, form: GiftForm, status: int | None = None) -> Response:
    shown = _shown(found, clock.now())
    return render_page(
        "portal/certificate.html",
        fragment="ticket",
        status=status or asked_again(shown.open),
        certificate=shown,
        form=form,
    )


def _shown(found: Certificate, now: datetime) -> ShownCertificate:
    patient, session = current_patient(), db.session()
    today = patient.programme.calendar.day_of(now)
    came = redemption_behind(session, patient.id, certificate_id=found.id)
    # Once somebody's name stands on it, it is a present: nothing to take back.
    untouched = found.balance_minor == found.amount_minor and not found.held_minor and not found.recipient
    return ShownCertificate(
        id=found.id,
        balance=money(found.balance_minor),
        state=offer_words.certificate_state(found, today),
        code=found.code,
        open=offer_words.certificate_is_open(found, today),
        facts=[
            (_("Worth"), money(found.amount_minor)),
            (_("Set aside for your visit"), money(found.held_minor) if found.held_minor else ""),
            (_("Valid until"), day(found.valid_to) if found.valid_to else _("without an end")),
            (pgettext("gift card", "For"), found.recipient),
            (pgettext("gift card", "From"), found.giver),
        ],
        changes=[_movement(entry) for entry in certificate_entries(session, found.id)],
        redemption=came[0] if came and untouched and may_undo(came[0], now) else None,
    )


def _movement(entry: CertificateEntry) -> Movement:
    sign = "+" if entry.amount_minor > 0 else "−"
    texts: Mapping[str, str] = {
        "issue": _("Received"),
        "use": _("Used for a visit"),
        "return": _("Given back after a refund"),
        "refund": _("Paid back"),
    }
    on = current_patient().programme.calendar.day_of(entry.at)
    return Movement(
        texts.get(entry.kind, entry.kind),
        day(on),
        f"{sign}{money(abs(entry.amount_minor))}",
        entry.amount_minor > 0,
    )


@blueprint.post("/certificates/<int:certificate_id>/give")
@patient_required
@commits
def give_certificate(certificate_id: int) -> Response:
    """Write a name and a greeting on the card; its code stays as it is, whoever brings it may use it (V4)."""
    found, form = own_certificate(certificate_id), GiftForm()
    if not form.validate_on_submit():
        return _certificate_page(found, form, 422)
    try:
        operations.give_certificate(
            db.session(),
            certificate_id=certificate_id,
            to_patient_id=found.patient_id,
            recipient=form.recipient.data or "",
            greeting=form.greeting.data or "",
            giver=found.giver or current_patient().name,
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _certificate_page(found, form, 409)
    flash(_("The card is ready. Print it, or save it as a picture and send it."), "success")
    return go_to(url_for("portal.certificate_card", certificate_id=certificate_id))


@blueprint.get("/certificates/<int:certificate_id>/card")
@patient_required
def certificate_card(certificate_id: int) -> Response:
    """The card to print or to send; ``words`` chooses its language."""
    found, language = own_certificate(certificate_id), _card_language()
    words = _words(found, language)
    spoken = (words.title, words.amount, words.recipient, words.greeting, words.giver, words.valid)
    return render_page(
        "portal/certificate_card.html",
        certificate_id=certificate_id,
        card_language=language,
        image=url_for("portal.certificate_image", certificate_id=certificate_id, words=language),
        spoken=". ".join(part for part in (*spoken, words.code_shown) if part),
        filename=f"{found.code}.svg",
    )


@blueprint.get("/certificates/<int:certificate_id>/card.svg")
@patient_required
def certificate_image(certificate_id: int) -> Response:
    """The card as a picture of its own."""
    found, language = own_certificate(certificate_id), _card_language()
    response = make_response(str(gift_card(_words(found, language), html_lang(language))))
    response.mimetype = "image/svg+xml"
    return response


def _card_language() -> str:
    wished = request.args.get("words", "")
    return wished if wished in LANGUAGES else current_language()


def _words(found: Certificate, language: str) -> CardWords:
    """What stands on the card, in the language it is for."""
    clinic, patient = current_clinic(), current_patient()
    giver = found.giver or (patient.name if found.recipient else "")
    with force_locale(language):
        return CardWords(
            clinic=patient.programme.name.in_language(language, patient.programme.language),
            title=_("Gift certificate"),
            amount=money(found.balance_minor or found.amount_minor),
            recipient=pgettext("gift card", "For %(name)s", name=found.recipient) if found.recipient else "",
            greeting=found.greeting,
            giver=pgettext("gift card", "From %(name)s", name=giver) if giver else "",
            code=found.code,
            code_shown=grouped(found.code),
            valid=_("valid until %(day)s", day=day(found.valid_to)) if found.valid_to else "",
            contact=" · ".join(part for part in (clinic.address, clinic.phone) if part),
        )
