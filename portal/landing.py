"""What a friend sees on opening an invite link: the gift, its giver if she allows that, one form (F1, F2)."""

from dataclasses import replace
from typing import Any

from flask import Response, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import escape

from loyalty.kernel import clock
from loyalty.kernel.codes import clean_code, new_token
from loyalty.referrals.queries import Invitation, invitation
from portal import blueprint
from portal.attribution import remember_invitation, remembered_code
from portal.claim_form import ClaimForm
from portal.remembered import remembered
from portal.wishes import emergency_text
from web.access import public
from web.assets import asset_url
from web.clicks import count_click, opened_by_person
from web.clinic import current_programme
from web.extensions import db
from web.i18n import current_language
from web.pages import public_url, render_page

LONGEST_CODE = 16
_TOKEN_HERE, _KEY_HERE, _NAME_HERE = "{visitor-token}", "{visitor-form-key}", "{inviter}"
#: No code has a zero (F1), so no real one can look like this.
_CODE_HERE = "0" * 8


@blueprint.get("/i/")
@public
def remembered_landing() -> Response:
    """The clinic's own "claim your gift" link: on to the invitation opened last, if there is one (F3)."""
    code = remembered_code(current_programme().settings["referrals.cookie_days"])
    if code is None:
        return invitation_missing()
    return current_app.make_response(redirect(url_for("portal.landing", code=code), 303))


@blueprint.get("/i/<code>")
@public
def landing(code: str) -> Response:
    """The invitation's page; it writes nothing but a click count and the cookie."""
    found = open_invitation(code)
    if found is None:
        return invitation_missing()
    programme = current_programme()
    if opened_by_person(request.method, request.headers):
        count_click(found.code_id, programme.calendar.day_of(clock.now()))
    page = current_app.make_response(_fresh_page(found))
    return remember_invitation(page, found.code, programme.settings["referrals.cookie_days"])


def _fresh_page(found: Invitation) -> str:
    """The page as a visitor first sees it: drawn once a language, with what is this link's own filled in."""
    named = found.shown_name is not None
    key = ("landing", named, current_language(), request.url_root)
    drawn = remembered(key, lambda: _page_of_nobody(found, named))
    # The name comes last: whatever a patient calls herself, it can not be taken for one of the places.
    return (
        drawn.replace(_TOKEN_HERE, generate_csrf())
        .replace(_KEY_HERE, new_token())
        .replace(_CODE_HERE, found.code)
        .replace(_NAME_HERE, str(escape(found.shown_name or "")))
    )


def _page_of_nobody(found: Invitation, named: bool) -> str:
    form = ClaimForm(formdata=None)
    form.form_key.data = _KEY_HERE
    anybody = replace(found, code=_CODE_HERE, shown_name=_NAME_HERE if named else None)
    drawn = landing_page(anybody, form).get_data(as_text=True)
    return drawn.replace(generate_csrf(), _TOKEN_HERE)


def open_invitation(code: str) -> Invitation | None:
    """The invitation behind a code while it can be claimed; unknown, blocked and merged ones are all None."""
    wanted = clean_code(code[: 2 * LONGEST_CODE])
    if not wanted or len(wanted) > LONGEST_CODE:
        return None
    found = remembered(("invitation", wanted), lambda: invitation(db.session(), wanted))
    if found is None or not found.is_open or not current_programme().settings["referrals.open"]:
        return None
    return found


def invitation_missing() -> Response:
    """One neutral page for every link that leads nowhere."""
    return render_page("portal/invitation_missing.html", status=404)


def landing_page(found: Invitation, form: ClaimForm, status: int = 200) -> Response:
    """The page around a form that may have gone wrong."""
    programme = current_programme()
    form.show_days(programme.calendar.day_of(clock.now()))
    return render_page(
        "portal/landing.html",
        status=status,
        form=form,
        emergency=emergency_text(programme.country),
        **gift_facts(found),
    )


def gift_facts(found: Invitation) -> dict[str, Any]:
    """What the landing and the thank-you page tell about the gift (F13)."""
    settings = current_programme().settings
    return {
        "code": found.code,
        "link": public_url("portal.landing", code=found.code),
        "inviter": found.shown_name or "",
        "heading": _("%(name)s has sent you a gift", name=found.shown_name)
        if found.shown_name
        else _("A gift for you"),
        "percent": settings["referrals.pack_percent"],
        "days": settings["referrals.window_days"],
        "image": picture_url(),
    }


def picture_url() -> str:
    """The clinic's picture for link previews: one static file, the same for everybody."""
    base = current_app.config["PUBLIC_URL"] or request.url_root.rstrip("/")
    return f"{base}{asset_url('icons/icon-512.png')}"
