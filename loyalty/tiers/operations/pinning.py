"""Tiers that the staff hold for a time, with a reason (M10)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic.queries import programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.tiers.operations.reviewing import apply, facts_of
from loyalty.tiers.queries import reached_by, standing_of
from loyalty.tiers.rules import TIERS, Standing, decide, rank


def pin_tier(
    session: Session, *, patient_id: int, tier: str, until: date, reason: str, actor: Actor, now: datetime
) -> None:
    """Hold a patient's tier through the local day ``until``; a pin there was before gives way.

    A tier below what she has reached holds her down to it; any other is the least she has, and more visits
    or friends may lift her above it. Refuses ``tier_unknown``, ``pin_until_past``, ``pin_reason_missing``.
    """
    if tier not in TIERS:
        raise Refusal("tier_unknown", tier=tier)
    if not reason.strip():
        raise Refusal("pin_reason_missing")
    setup = programme(session)
    today = setup.calendar.day_of(now)
    if until < today:
        raise Refusal("pin_until_past", until=until)
    facts = facts_of(session, patient_id)
    reached = reached_by(session, patient_id, facts, setup, today)
    before = standing_of(facts)
    lowers = rank(tier) < rank(reached.kept)
    pinned = replace(before, pin=tier, pin_until=until, pin_lowers=lowers, falls_on=None)
    step = decide(pinned, reached, today=today, notice_days=setup.settings["tiers.notice_days"], reason="pin")
    entry = {"reason": "pin", "until": until, "note": reason.strip(), "actor_id": actor.id}
    apply(session, patient_id, before, step, now=now, entry=entry)
    _record(session, "tier.pinned", patient_id, before, step.after, actor, reason.strip(), now)


def unpin_tier(session: Session, *, patient_id: int, reason: str = "", actor: Actor, now: datetime) -> bool:
    """End a pin before its day; False when there is none. The tier is at once what she has reached."""
    setup = programme(session)
    today = setup.calendar.day_of(now)
    facts = facts_of(session, patient_id)
    before = standing_of(facts)
    if before.pin is None:
        return False
    reached = reached_by(session, patient_id, facts, setup, today)
    free = replace(before, pin=None, pin_until=None, pin_lowers=False)
    notice = setup.settings["tiers.notice_days"]
    step = decide(free, reached, today=today, notice_days=notice, reason="unpin")
    entry = {"reason": "unpin", "note": reason.strip() or None, "actor_id": actor.id}
    apply(session, patient_id, before, step, now=now, entry=entry)
    _record(session, "tier.unpinned", patient_id, before, step.after, actor, reason.strip(), now)
    return True


def _record(
    session: Session,
    action: str,
    patient_id: int,
    before: Standing,
    after: Standing,
    actor: Actor,
    reason: str,
    now: datetime,
) -> None:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="patient",
        object_id=patient_id,
        patient_id=patient_id,
        before=_shown(before),
        after=_shown(after),
        reason=reason or None,
        now=now,
    )


def _shown(standing: Standing) -> dict[str, Any]:
    until = standing.pin_until.isoformat() if standing.pin_until else None
    return {"tier": standing.tier, "pin": standing.pin, "until": until}
