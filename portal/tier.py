"""What a patient's tier brings, what the next one would, and what keeps a tier that is about to fall."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from loyalty.kernel import clock
from loyalty.tiers.queries import counted, perks
from loyalty.tiers.rules import TIERS, ladder, rank
from portal import blueprint
from portal.membership import card_of, ladder_of
from portal.remembered import remembered
from web.access import patient_required
from web.extensions import db
from web.formats import day
from web.i18n import current_language
from web.identity import SignedInPatient, current_patient
from web.labels import tier_name
from web.pages import render_page

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Perk:
    """One benefit in the reader's language."""

    icon: str
    name: str
    text: str


PerksOf = Mapping[str, Sequence[Perk]]


@dataclass(frozen=True, slots=True)
class Keeping:
    """An announced fall, said kindly: until when the tier holds, and each way that keeps it (M6)."""

    title: str
    ways: list[str]


@blueprint.get("/tier")
@patient_required
def tier() -> Response:
    """The benefits of her tier and of those below it, and of the next one (M9)."""
    patient, session = current_patient(), db.session()
    today = patient.programme.calendar.day_of(clock.now())
    way, found = ladder_of(session, patient, today), perks_by_tier(session, patient)
    return render_page(
        "portal/tier.html",
        card=card_of(patient),
        own=own_perks(found, patient.stats.tier),
        ladder=way,
        coming=found.get(way.next_tier or "", ()),
        keeping=keeping_of(session, patient, today),
        held=_held(patient, today),
        nav_current="portal.home",
    )


def own_perks(perks_of: PerksOf, tier: str | None) -> list[Perk]:
    """What a patient has: her tier's own benefits first, then those of the tiers below it."""
    return [perk for one in reversed(TIERS[: rank(tier)]) for perk in perks_of.get(one, ())]


def perks_by_tier(session: Session, patient: SignedInPatient) -> PerksOf:
    """The benefits of every tier in the reader's language."""
    own, other = current_language(), patient.programme.language
    found: dict[str, list[Perk]] = {}
    for of_tier, icon, name, text in remembered("perks", lambda: perks(session)):
        perk = Perk(icon, name.in_language(own, other), text.in_language(own, other))
        found.setdefault(of_tier, []).append(perk)
    return found


def keeping_of(session: Session, patient: SignedInPatient, today: date) -> Keeping | None:
    """What to say about an announced fall; None when none lies ahead."""
    falls_on, tier, settings = patient.stats.tier_falls_on, patient.stats.tier, patient.programme.settings
    if tier is None or falls_on is None or falls_on <= today:
        return None
    rung = ladder(settings)[TIERS.index(tier)]
    # Whatever comes before that day counts on the last day that the grace reaches back to.
    visits, friends = counted(
        session,
        patient_id=patient.id,
        visits=patient.stats.visit_count,
        referrals=patient.stats.referral_count,
        setup=patient.programme,
        today=falls_on - timedelta(days=settings["tiers.grace_days"]),
    )
    return Keeping(
        title=_("You are %(tier)s until %(day)s", tier=tier_name(tier), day=day(falls_on - ONE_DAY)),
        ways=_ways_to_keep(rung.visits - visits, rung.referrals - friends, tier_name(tier))
        if rung.visits or rung.referrals
        else [],
    )


def _ways_to_keep(visits: int, friends: int, name: str) -> list[str]:
    ways = []
    if visits > 0:
        ways.append(
            ngettext(
                "%(num)s more visit before then and you stay %(tier)s.",
                "%(num)s more visits before then and you stay %(tier)s.",
                visits,
                tier=name,
            )
        )
    if friends > 0:
        ways.append(
            ngettext(
                "%(num)s more friend helped before then and you stay %(tier)s.",
                "%(num)s more friends helped before then and you stay %(tier)s.",
                friends,
                tier=name,
            )
        )
    return ways


def _held(patient: SignedInPatient, today: date) -> str:
    """Until when the clinic keeps a tier for her; empty when it does not, or holds her below her own."""
    stats = patient.stats
    until = stats.tier_pin_until
    if stats.tier_pin is None or until is None or until < today or stats.tier_pin_lowers:
        return ""
    return _("%(tier)s is yours until %(day)s", tier=tier_name(stats.tier_pin), day=day(until))
