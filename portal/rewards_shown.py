"""A reward of the catalogue as its reader sees it: price, what stands in the way, what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from loyalty.rewards.models import Reward
from loyalty.rewards.queries import Offer
from web.art import glyphs
from web.formats import day, number
from web.i18n import current_language
from web.identity import SignedInPatient
from web.labels import tier_name

#: Hue of the catalogue -> ground of the picture, and the colour of the small tile.
HUES: Mapping[str, tuple[int, str]] = {
    "leaf": (1, ""),
    "petal": (2, "petal"),
    "info": (3, "info"),
    "gold": (4, "warn"),
}
FEW_LEFT = 10


@dataclass(frozen=True, slots=True)
class ShownOffer:
    """``state`` says in a word why it cannot be had now, ``why`` in a sentence; ``missing`` are points.

    ``comes`` is icon and sentence of what comes out of it; ``left`` the points that remain afterwards.
    """

    id: int
    name: str
    description: str
    icon: str
    hue: int
    tile: str
    picture: str
    points: int
    have: int
    missing: int
    left: int
    state: str
    why: str
    comes: tuple[str, str]
    facts: list[tuple[str, str]]

    @property
    def within_reach(self) -> bool:
        return not self.state and not self.missing


def offer_shown(offer: Offer, patient: SignedInPatient, available: int) -> ShownOffer:
    """One offer in the reader's language."""
    reward, language = offer.reward, patient.programme.language
    reads = current_language()
    hue, tile = HUES.get(reward.hue, HUES["leaf"])
    state, why = _obstacle(offer)
    return ShownOffer(
        id=reward.id,
        name=reward.name.in_language(reads, language),
        description=reward.description.in_language(reads, language),
        icon=reward.icon if reward.icon in glyphs() else "gift",
        hue=hue,
        tile=tile,
        picture=picture_url(reward),
        points=reward.points,
        have=max(available, 0),
        missing=offer.missing_points,
        left=available - reward.points,
        state=state,
        why=why,
        comes=_comes(reward),
        facts=_facts(reward, reward.preparation.in_language(reads, language), available),
    )


def picture_url(reward: Reward) -> str:
    """The address of a reward's photo; empty while it has none."""
    return url_for("portal.picture", digest=reward.picture_digest) if reward.picture_digest else ""


def _obstacle(offer: Offer) -> tuple[str, str]:
    if offer.sold_out:
        return _("Sold out"), _("This has just run out. Your points are untouched.")
    if not offer.tier_ok:
        name = tier_name(offer.reward.tier)
        return (
            _("From %(tier)s", tier=name),
            _("This is for members from %(tier)s on. Your points are kept for you.", tier=name),
        )
    return "", ""


def _comes(reward: Reward) -> tuple[str, str]:
    if reward.needs_approval:
        return "clock", _("The clinic confirms it first; you see it here at once.")
    if reward.kind == "gift":
        return "gift", _("You fetch it at reception with a code.")
    if reward.kind == "certificate":
        return "mail", _("You receive a gift certificate at once, to use or to give away.")
    if reward.kind == "package":
        return "repeat", _("The sessions are on your account at once.")
    return "ticket", _("You receive a voucher with a code at once.")


def _facts(reward: Reward, preparation: str, available: int) -> list[tuple[str, str]]:
    """What stands below the picture: (term, value), empty values are left out by the page."""
    return [
        (_("Price"), ngettext("%(points)s point", "%(points)s points", reward.points,
                              points=number(reward.points))),
        (_("You have"), ngettext("%(points)s point", "%(points)s points", available,
                                 points=number(available))),
        (_("Valid for"), _validity(reward)),
        (_("To be had until"), day(reward.valid_to) if reward.valid_to else ""),
        (_("How to prepare"), preparation),
        (_("Still there"), number(reward.stock) if reward.stock and reward.stock <= FEW_LEFT else ""),
    ]  # fmt: skip


def _validity(reward: Reward) -> str:
    days = reward.pickup_days if reward.kind == "gift" else reward.details.get("valid_days")
    return ngettext("%(num)s day", "%(num)s days", days) if days else ""
