"""What each tier brings, written by the staff in four languages."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.codes import new_code
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.refusal import Refusal
from loyalty.tiers import queries
from loyalty.tiers.models import Benefit
from loyalty.tiers.rules import TIERS

#: What a benefit may be drawn with; names of the drawings in the product's own set.
ICONS = (
    "gift",
    "bell",
    "cake",
    "calendar",
    "clock",
    "heart",
    "medal",
    "message",
    "phone",
    "route",
    "shield",
    "steth",
    "tag",
    "tea",
    "users",
)


def save_benefit(
    session: Session,
    *,
    tier: str,
    name: LocalizedText,
    actor: Actor,
    now: datetime,
    code: str | None = None,
    description: LocalizedText | None = None,
    icon: str = "gift",
) -> Benefit:
    """Add a benefit to the end of a tier's list, or change the one of that ``code``, retired or not.

    Refuses ``tier_unknown``, ``benefit_name_missing`` (a name in one language at least), ``icon_unknown``.
    """
    if tier not in TIERS:
        raise Refusal("tier_unknown", tier=tier)
    if not any(name.values()):
        raise Refusal("benefit_name_missing")
    if icon not in ICONS:
        raise Refusal("icon_unknown", icon=icon)
    found = (
        session.scalar(select(Benefit).where(Benefit.tier == tier, Benefit.code == code)) if code else None
    )
    before = _shown(found) if found else None
    if found is None:
        found = Benefit(tier=tier, code=code or new_code(8), position=_behind(session, tier))
        session.add(found)
    found.name, found.description = name, description or LocalizedText()
    found.icon, found.active = icon, True
    session.flush()
    if _shown(found) != before:
        _record(session, "benefit.saved", found, before, actor, now)
    return found


def move_benefit(session: Session, *, benefit_id: int, up: bool, actor: Actor, now: datetime) -> bool:
    """Let a benefit change places with its neighbour in the tier's list; False at the end of the list."""
    found = _benefit(session, benefit_id)
    listed = queries.benefits(session, found.tier)
    place = listed.index(found) if found in listed else -1
    other = place - 1 if up else place + 1
    if place < 0 or not 0 <= other < len(listed):
        return False
    before = _shown(found)
    listed[place], listed[other] = listed[other], listed[place]
    for position, one in enumerate(listed):
        one.position = position
    session.flush()
    _record(session, "benefit.moved", found, before, actor, now)
    return True


def retire_benefit(session: Session, *, benefit_id: int, actor: Actor, now: datetime) -> bool:
    """Show a benefit no longer; False when it was retired before."""
    found = _benefit(session, benefit_id)
    if not found.active:
        return False
    before, found.active = _shown(found), False
    session.flush()
    _record(session, "benefit.retired", found, before, actor, now)
    return True


def _benefit(session: Session, benefit_id: int) -> Benefit:
    found = session.get(Benefit, benefit_id, with_for_update=True)
    if found is None:
        raise Refusal("benefit_unknown")
    return found


def _behind(session: Session, tier: str) -> int:
    last = session.scalar(select(func.max(Benefit.position)).where(Benefit.tier == tier))
    return 0 if last is None else last + 1


def _shown(found: Benefit) -> dict[str, Any]:
    return {
        "tier": found.tier,
        "name": dict(found.name),
        "description": dict(found.description),
        "icon": found.icon,
        "position": found.position,
        "active": found.active,
    }


def _record(
    session: Session, action: str, found: Benefit, before: dict[str, Any] | None, actor: Actor, now: datetime
) -> None:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="benefit",
        object_id=found.id,
        before=before,
        after=_shown(found),
        now=now,
    )
