"""Badges: what a patient has reached, and what comes next. Never for a diagnosis or a spend."""

from datetime import datetime

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from loyalty.badges.queries import awards
from loyalty.badges.rules import BADGES, progress
from loyalty.kernel import clock
from portal import blueprint
from web.access import patient_required
from web.extensions import db
from web.formats import day
from web.identity import SignedInPatient, current_patient
from web.labels import badge_name
from web.pages import render_page

NEW_FOR_DAYS = 2


@blueprint.get("/badges")
@patient_required
def badges() -> Response:
    """All badges; the earned ones with their day, the others with how to reach them."""
    patient = current_patient()
    calendar, now = patient.programme.calendar, clock.now()
    earned = awards(db.session(), patient.id)
    return render_page(
        "portal/badges.html",
        badges=[
            (code, badge_name(code), day(calendar.day_of(earned[code])), False, _is_new(earned[code], now))
            if code in earned
            else (code, badge_name(code), _how(code, patient), True, False)
            for code in BADGES
        ],
        earned=len(earned),
        nav_current="portal.me",
    )


def _is_new(at: datetime, now: datetime) -> bool:
    return (now - at).days < NEW_FOR_DAYS


def _how(code: str, patient: SignedInPatient) -> str:
    friends = progress(code, referrals=patient.stats.referral_count)
    if friends is not None:
        done, needed = friends
        return ngettext("%(done)s of %(num)s friend", "%(done)s of %(num)s friends", needed, done=done)
    return {
        "first-visit": _("With your first visit"),
        "one-year": _("A year after your first visit"),
        "ambassador": _("First place of a month"),
    }.get(code, "")
