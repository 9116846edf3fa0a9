"""What several pages say about a patient's membership: card, ladder, milestones."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.points.rules import OpenLot
from loyalty.referrals.queries import milestones
from loyalty.tiers.queries import counted
from loyalty.tiers.rules import ladder, progress
from portal.remembered import remembered
from web.formats import day, number
from web.i18n import current_language
from web.identity import SignedInPatient
from web.labels import tier_name

FIRST_TIER = "member"


@dataclass(frozen=True, slots=True)
class Card:
    """The membership card; ``code`` is what its QR code says, ``line`` what ends when."""

    tier: str
    tier_name: str
    number: str
    code: str
    points: int = 0
    line: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The way to the next tier; ``one_way`` says it in words where only one way leads there (M9)."""

    next_tier: str | None
    next_name: str
    friends: int
    friends_needed: int
    visits: int
    visits_needed: int
    one_way: str


@dataclass(frozen=True, slots=True)
class NextMilestone:
    """What the next friends open: ``left`` more of them, ``friends`` in all."""

    friends: int
    left: int
    name: str


def card_of(patient: SignedInPatient, lots: list[OpenLot] | None = None) -> Card:
    """The card of a patient; with her open lots it also tells points and what ends next (P5, P10)."""
    tier = patient.stats.tier
    points = available(lots, patient) if lots is not None else 0
    return Card(
        tier=tier or FIRST_TIER,
        tier_name=tier_name(tier),
        number=f"{patient.card_number[:4]} {patient.card_number[4:]}",
        code=patient.card_number,
        points=points,
        line=_ending_line(lots or [], points),
    )


def available(lots: list[OpenLot], patient: SignedInPatient) -> int:
    """Points the patient may spend: open lots less debt and what is set aside; below zero in debt (P10)."""
    return sum(lot.remaining for lot in lots) - patient.stats.points_debt - patient.stats.points_held


def ending_next(lots: list[OpenLot]) -> tuple[int, date] | None:
    """How many points end next and their last day."""
    days = [lot.valid_to for lot in lots if lot.valid_to is not None]
    if not days:
        return None
    first = min(days)
    return sum(lot.remaining for lot in lots if lot.valid_to == first), first


def _ending_line(lots: list[OpenLot], points: int) -> str:
    if points < 0:
        return _("Your next points fill this first")
    ending = ending_next(lots)
    if ending is None:
        return _("Your points do not expire") if points else _("Your first visit brings points")
    ends, last_day = ending
    return ngettext(
        "%(points)s point is valid until %(day)s",
        "%(points)s points are valid until %(day)s",
        ends,
        points=number(ends),
        day=day(last_day),
    )


def ladder_of(session: Session, patient: SignedInPatient, today: date) -> Ladder:
    """Both ways to the patient's next tier, with what counts today and what is needed (M4, M9)."""
    setup, stats = patient.programme, patient.stats
    visits, friends = counted(
        session,
        patient_id=patient.id,
        visits=stats.visit_count,
        referrals=stats.referral_count,
        setup=setup,
        today=today,
    )
    way = progress(ladder(setup.settings), tier=stats.tier, visits=visits, referrals=friends)
    name = tier_name(way.next_tier) if way.next_tier else ""
    return Ladder(
        next_tier=way.next_tier,
        next_name=name,
        friends=way.counted_referrals,
        friends_needed=way.referrals_needed or 0,
        visits=way.counted_visits,
        visits_needed=way.visits_needed or 0,
        one_way=_one_way(way.referrals_remaining, way.visits_remaining, name),
    )


def _one_way(friends_left: int | None, visits_left: int | None, name: str) -> str:
    if visits_left:
        return ngettext(
            "%(num)s more visit and you reach %(tier)s.",
            "%(num)s more visits and you reach %(tier)s.",
            visits_left,
            tier=name,
        )
    if friends_left:
        return ngettext(
            "%(num)s more friend and you reach %(tier)s.",
            "%(num)s more friends and you reach %(tier)s.",
            friends_left,
            tier=name,
        )
    return ""


@dataclass(frozen=True, slots=True)
class Track:
    """The milestones as the vine draws them, and the next one (None when all are reached)."""

    nodes: list[tuple[int, str, str]]
    ahead: NextMilestone | None


def track_of(session: Session, programme: Programme, helped: int) -> Track:
    """The milestone track for a reader who has helped that many friends (F14)."""
    found = remembered("milestones", lambda: milestones(session))
    language = current_language()
    nodes = [
        (friends, short.in_language(language, programme.language), icon)
        for friends, icon, _name, short in found
    ]
    ahead = next(((friends, name) for friends, _icon, name, _brief in found if friends > helped), None)
    if ahead is None:
        return Track(nodes, None)
    friends, name = ahead
    return Track(
        nodes, NextMilestone(friends, friends - helped, name.in_language(language, programme.language))
    )
