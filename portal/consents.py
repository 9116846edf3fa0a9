"""Consents as switches: each saves itself, and each says since when (C5)."""

from dataclasses import dataclass

from flask import Response, abort, flash, request
from flask_babel import gettext as _

from loyalty.kernel import clock
from loyalty.patients.operations import record_consent
from loyalty.patients.queries import consents_of
from portal import blueprint
from web.access import patient_required
from web.extensions import db
from web.formats import day
from web.i18n import current_language
from web.identity import actor, current_patient
from web.pages import go_to, redirect_or_fragment, render_page, wants_fragment
from web.transactions import commits

#: Which texts below the patient agreed to; a change of meaning gets a new name.
WORDING = "portal-2026-11"
PURPOSES = ("care", "marketing", "referral", "leaderboard")


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One switch: what is agreed to, whether it is, and the day of the last word."""

    purpose: str
    title: str
    text: str
    granted: bool
    since: str


def consent_lines() -> list[ConsentLine]:
    """The signed-in patient's consents in the page's order."""
    patient = current_patient()
    acts = consents_of(db.session(), patient.id)
    lines = []
    for purpose in PURPOSES:
        act = acts.get((purpose, "any"))
        since = ""
        if act is not None:
            on = day(patient.programme.calendar.day_of(act.at))
            since = _("Given on %(day)s.", day=on) if act.granted else _("Withdrawn on %(day)s.", day=on)
        title, text = _words(purpose)
        lines.append(ConsentLine(purpose, title, text, act is not None and act.granted, since))
    return lines


def _words(purpose: str) -> tuple[str, str]:
    return {
        "care": (_("Messages about my care"), _("Reminders, advice after a visit, my points.")),
        "marketing": (_("News and offers"), _("At most twice a month, never at night.")),
        "referral": (
            _("Who invited me may know that I came"),
            _("Never what for. My gift does not depend on it."),
        ),
        "leaderboard": (
            _("My name on the thank-you board"),
            _("Under the name I choose. Switching it off removes it at once."),
        ),
    }[purpose]


@blueprint.post("/me/consents/<purpose>")
@patient_required
@commits
def save_consent(purpose: str) -> Response:
    """Give or withdraw one consent; the switch's state says which, a repeat changes nothing."""
    if purpose not in PURPOSES:
        abort(404)
    record_consent(
        db.session(),
        patient_id=current_patient().id,
        purpose=purpose,
        granted=request.form.get("granted") == "yes",
        source="portal",
        wording=WORDING,
        language=current_language(),
        actor=actor(),
        now=clock.now(),
    )
    if request.form.get("from") == "leaderboard":
        return redirect_or_fragment("portal.leaderboard")
    if wants_fragment():
        line = next(line for line in consent_lines() if line.purpose == purpose)
        return render_page("portal/me.html", fragment="consent", consent=line, saved=True)
    flash(_("Saved."), "success")
    return go_to("/me#consents")
