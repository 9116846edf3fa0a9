"""What became of a patient's invitations: of each friend only what that friend allowed (F15)."""

from dataclasses import dataclass

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from loyalty.referrals.queries import Invited, referrals_by
from portal import blueprint
from portal.membership import track_of
from web.access import patient_required
from web.extensions import db
from web.identity import current_patient
from web.pages import render_page

#: How many of the four steps (invited, booked, visited, thanked) a stage has reached.
_REACHED = {"registered": 1, "booked": 2, "arrived": 4, "qualified": 4}


@dataclass(frozen=True, slots=True)
class Friend:
    """A friend as the page shows her; ``reached`` is 0 when the stage is not ours to tell."""

    label: str
    name: str
    line: str
    reached: int
    half: bool
    points_given: int


@blueprint.get("/invitations")
@patient_required
def invitations() -> Response:
    """The patient's friends, the latest first."""
    patient, session = current_patient(), db.session()
    helped = patient.stats.referral_count
    return render_page(
        "portal/invitations.html",
        friends=[as_shown(friend) for friend in referrals_by(session, patient.id)],
        helped=helped,
        next_milestone=track_of(session, patient.programme, helped).ahead,
        stages=[_("Invited"), _("Booked"), _("Visited"), _("Thanked")],
        nav_current="portal.invite",
    )


def as_shown(friend: Invited) -> Friend:
    """Words for one friend; without consent "a friend", neither name nor stage nor day (F15)."""
    stage = friend.stage
    return Friend(
        label=friend.friend_name or "",
        name=friend.friend_name or _("A friend"),
        line=_line(stage, friend.points_waiting),
        reached=_REACHED.get(stage or "", 0),
        half=stage == "arrived",
        points_given=friend.points_given,
    )


def _line(stage: str | None, waiting: int | None) -> str:
    if stage is None:
        return _("Your friend keeps the details private.")
    if stage == "arrived" and waiting:
        return ngettext(
            "%(num)s more point after the first paid visit",
            "%(num)s more points after the first paid visit",
            waiting,
        )
    return {
        "registered": _("Gift card claimed, no appointment yet"),
        "booked": _("An appointment is made"),
        "qualified": _("Thank you for helping a friend."),
        "expired": _("The time to come has passed"),
        "rejected": _("This invitation did not count"),
        "reversed": _("This invitation was taken back"),
    }.get(stage, "")
