"""The card of a gift certificate, to print at the desk or to send: in the language of the one it is for."""

from flask import Response, make_response, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from admin import blueprint
from admin.offers_certificates import certificate_or_404
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel.localized import LANGUAGES
from loyalty.patients import queries as patients
from loyalty.rewards.models import Certificate
from loyalty.rewards.rules.codes import grouped
from web.access import permission_required
from web.art.gift_card import CardWords, gift_card
from web.clinic import current_clinic
from web.extensions import db
from web.formats import day, money
from web.i18n import html_lang
from web.identity import current_staff
from web.pages import render_page

_P = Permission


@blueprint.get("/certificates/<int:certificate_id>/card")
@permission_required(_P.ISSUE_OFFERS)
def certificate_card(certificate_id: int) -> Response:
    """The card as it is printed; ``words`` chooses its language."""
    found = certificate_or_404(certificate_id)
    language = _language(found)
    words = _words(found, language)
    spoken = (words.title, words.amount, words.recipient, words.greeting, words.giver, words.valid)
    return render_page(
        "admin/certificate_card.html",
        certificate=found,
        card_language=language,
        image=url_for("admin.certificate_image", certificate_id=found.id, words=language),
        spoken=". ".join(part for part in (*spoken, words.code_shown) if part),
        filename=f"{found.code}.svg",
    )


@blueprint.get("/certificates/<int:certificate_id>/card.svg")
@permission_required(_P.ISSUE_OFFERS)
def certificate_image(certificate_id: int) -> Response:
    """The card as a picture of its own."""
    found = certificate_or_404(certificate_id)
    language = _language(found)
    response = make_response(str(gift_card(_words(found, language), html_lang(language))))
    response.mimetype = "image/svg+xml"
    return response


def _language(found: Certificate) -> str:
    """The one asked for, else the holder's or the buyer's, else the clinic's."""
    wished = request.args.get("words", "")
    if wished in LANGUAGES:
        return wished
    number = found.patient_id or found.buyer_id
    person = patients.patient(db.session(), number) if number else None
    own = person.language if person is not None else None
    return own if own in LANGUAGES else current_staff().programme.language


def _words(found: Certificate, language: str) -> CardWords:
    """What stands on the card, in the language it is for."""
    programme, clinic = current_staff().programme, current_clinic()
    with force_locale(language):
        return CardWords(
            clinic=programme.name.in_language(language, programme.language),
            title=_("Gift certificate"),
            amount=money(found.balance_minor or found.amount_minor),
            recipient=_("For %(name)s", name=found.recipient) if found.recipient else "",
            greeting=found.greeting,
            giver=_("From %(name)s", name=found.giver) if found.giver else "",
            code=found.code,
            code_shown=grouped(found.code),
            valid=_("valid until %(day)s", day=day(found.valid_to)) if found.valid_to else "",
            contact=" · ".join(part for part in (clinic.address, clinic.phone) if part),
        )
