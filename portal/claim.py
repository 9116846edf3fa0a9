"""Claiming an invitation, and the thank-you page: the same answer whoever claims (F3, F5, F15)."""

from datetime import date
from typing import Any

from flask import Response, redirect, session, url_for
from flask_babel import gettext as _

from loyalty.access.operations.throttle import take
from loyalty.access.rules.limits import address_block
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.reception.operations import claim_invitation
from loyalty.referrals.queries import Invitation
from portal import blueprint
from portal.claim_form import ClaimForm
from portal.landing import gift_facts, invitation_missing, landing_page, open_invitation
from portal.wishes import wish_text
from web.access import public
from web.clinic import current_programme
from web.extensions import db
from web.i18n import current_language
from web.identity import actor, address, current_patient_or_none
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits

CLOSED = ("unknown_code", "blocked_code", "programme_closed", "expired")
_WISH = "wish"


@blueprint.post("/i/<code>/claim")
@public
@commits
def claim(code: str) -> Response:
    """Leave name, phone and a wish for a time; sending the form twice is one claim."""
    found = open_invitation(code)
    if found is None:
        return invitation_missing()
    form = ClaimForm()
    form.show_days(current_programme().calendar.day_of(clock.now()))
    if not form.validate_on_submit():
        return landing_page(found, form, 422)
    try:
        take(db.session(), "claim.address", address_block(address()), now=clock.now())
        _claim(found, form)
    except Refusal as refusal:
        if refusal.code in CLOSED:
            return invitation_missing()
        form.refuse(refusal)
        return landing_page(found, form, 429 if refusal.code == "too_many_tries" else 422)
    session[_WISH] = [form.wished_on.data, form.part_of_day.data]
    return redirect_or_fragment("portal.thanks", code=found.code)


def _claim(found: Invitation, form: ClaimForm) -> None:
    reader = current_patient_or_none()
    claim_invitation(
        db.session(),
        code=found.code,
        name=form.name.data or "",
        phone=form.phone.data or "",
        region=current_programme().preset.region,
        language=current_language(),
        let_referrer_know=form.referral.data,
        accept_messages=form.marketing.data,
        form_key=form.key,
        wished_on=form.wished_day,
        part_of_day=form.part_of_day.data,
        note_text=form.note.data or "",
        same_device=reader is not None and reader.id == found.referrer_id,
        actor=actor(),
        now=clock.now(),
    )


@blueprint.get("/i/<code>/thanks")
@public
def thanks(code: str) -> Response:
    """What happens next, the gift's code, what to say at the desk; nothing that tells who is a patient."""
    found = open_invitation(code)
    if found is None:
        return invitation_missing()
    wish: Any = session.get(_WISH)
    if wish is None:
        return redirect(url_for("portal.landing", code=found.code), 303)  # type: ignore[return-value]
    wished_on = date.fromisoformat(wish[0]) if wish[0] else None
    return render_page(
        "portal/thanks.html",
        wished_on=wished_on,
        wish=wish_text(wished_on, wish[1]),
        at_the_desk=_("Say that %(name)s invited you, or show this code.", name=found.shown_name)
        if found.shown_name
        else _("Say that a friend invited you, and show this code."),
        **gift_facts(found),
    )
