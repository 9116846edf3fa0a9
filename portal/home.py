"""The patient's home: card, next appointment, both ways to the next tier, milestones, what else there is."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from loyalty.kernel import clock
from loyalty.leaderboard.queries import latest_published, own_place
from loyalty.points.queries import open_lots
from loyalty.tiers.rules import is_rise, ladder, tier_for
from loyalty.visits.queries import next_visit, requests_of_patient
from portal import blueprint
from portal.appointments import appointment_of
from portal.membership import Ladder, card_of, ladder_of, track_of
from portal.remembered import remembered
from portal.tier import keeping_of, own_perks, perks_by_tier
from web.access import patient_required
from web.extensions import db
from web.formats import month as month_name
from web.identity import SignedInPatient, current_patient
from web.labels import tier_name
from web.pages import render_page

NOON, EVENING = 12, 18


@dataclass(frozen=True, slots=True)
class BoardTeaser:
    """The latest thank-you board in two lines."""

    title: str
    line: str


@blueprint.get("/")
@patient_required
def home() -> Response:
    """Where am I: three statements for the reader, a fourth for her place on the board or her open wish."""
    patient, now, session = current_patient(), clock.now(), db.session()
    calendar = patient.programme.calendar
    today = calendar.day_of(now)
    lots = open_lots(session, patient.id, today)
    way = ladder_of(session, patient, today)
    coming = next_visit(session, patient.id, now)
    helped = patient.stats.referral_count
    track = track_of(session, patient.programme, helped)
    return render_page(
        "portal/home.html",
        greeting=greeting(calendar.local(now)),
        card=card_of(patient, lots),
        appointment=appointment_of(coming, patient.programme) if coming else None,
        wish=coming is None and bool(requests_of_patient(session, patient.id)),
        ladder=way,
        perks=[] if way.next_tier else own_perks(perks_by_tier(session, patient), patient.stats.tier),
        keeping=keeping_of(session, patient, today),
        helped=helped,
        milestones=track.nodes,
        next_milestone=track.ahead,
        first_friend_tier=_first_friend_tier(patient, way),
        board=_teaser(session, patient, with_place=coming is not None),
    )


def greeting(local: datetime) -> str:
    """The words of the hour on the clinic's clock."""
    if local.hour < NOON:
        return _("Good morning")
    return _("Good afternoon") if local.hour < EVENING else _("Good evening")


def _first_friend_tier(patient: SignedInPatient, way: Ladder) -> str | None:
    """The tier that helping one more friend opens at once, if it opens one."""
    opened = tier_for(ladder(patient.programme.settings), way.visits, way.friends + 1)
    return tier_name(opened) if opened and is_rise(patient.stats.tier, opened) else None


def _teaser(session: Session, patient: SignedInPatient, *, with_place: bool) -> BoardTeaser | None:
    board = remembered("latest board", lambda: latest_published(session))
    if board is None:
        return None
    place = own_place(session, board.month, patient.id) if with_place else None
    return BoardTeaser(
        title=_("Thank-you board, %(month)s", month=month_name(board.month)),
        line=_("You are at place %(rank)s", rank=place.rank)
        if place
        else ngettext("%(num)s friend was helped", "%(num)s friends were helped", board.friends_total),
    )
