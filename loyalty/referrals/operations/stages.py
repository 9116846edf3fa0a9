"""A referral's way through its stages, recomputed from the friend's visits, and its two halves."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.database import table_of
from loyalty.kernel.events import note
from loyalty.kernel.prepared import Prepared
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import PatientStats
from loyalty.patients.queries import STANDING, hold_summary
from loyalty.referrals import queries
from loyalty.referrals.events import HalfReached, HalfReversed, ReferralAdvanced
from loyalty.referrals.models import Referral
from loyalty.referrals.rules import (
    CLOSED,
    HALVES,
    OPEN_STAGES,
    UNDONE,
    Reached,
    halves,
    is_forward,
    reached,
)

_REFERRALS = table_of(Referral)
_STATS = table_of(PatientStats)
_OF_FRIEND = Prepared(
    select(_REFERRALS).where(_REFERRALS.c.friend_id == bindparam("friend")).with_for_update()
)
_ADVANCE = Prepared(
    update(_REFERRALS)
    .where(_REFERRALS.c.id == bindparam("referral"), _REFERRALS.c.stage == bindparam("seen"))
    .values(
        stage=bindparam("stage"),
        booked_at=bindparam("booked_at"),
        arrived_at=bindparam("arrived_at"),
        qualified_at=bindparam("qualified_at"),
        qualifying_visit_id=bindparam("qualifying_visit_id"),
        first_half_points=bindparam("first_half_points"),
        second_half_points=bindparam("second_half_points"),
        ended_at=bindparam("ended_at"),
        end_reason=bindparam("end_reason"),
    )
)
_COUNT = Prepared(
    update(_STATS)
    .where(_STATS.c.patient_id == bindparam("referrer"))
    .values(
        referral_count=select(func.count())
        .select_from(_REFERRALS)
        .where(_REFERRALS.c.referrer_id == bindparam("referrer"), _REFERRALS.c.stage == "qualified")
        .scalar_subquery()
    )
    .returning(*STANDING)
)


def review_referral(session: Session, *, friend_id: int, now: datetime, quiet: bool = False) -> None:
    """Bring the friend's referral in line with her visits (F7, F8); repeating it changes nothing.

    Only moves forward, with one exception: a qualifying visit that was wholly refunded or never completed
    after all reverses the second half and the count (F11); in the latter case the friend's next paid visit
    qualifies. Nothing that happens after the referral's window counts (F9); what
    happened in time and is recorded late counts, whether or not the expiry was recorded before (TM4).
    """
    found = _OF_FRIEND.first(session, friend=friend_id)
    if found is None or (found.stage in CLOSED and found.end_reason != UNDONE):
        return
    visits = queries.friends_visits(session, friend_id)
    steps = reached(
        visits,
        minimum_bill_minor=found.terms["minimum_bill_minor"],
        until=found.expires_at,
    )
    if found.stage == "qualified" and steps.qualified_at is None:
        is_done = any(
            visit.id == found.qualifying_visit_id and visit.status == "completed" for visit in visits
        )
        _reverse(session, found, "refunded" if is_done else UNDONE, now, quiet)
    else:
        _advance(session, found, steps, now, quiet)


def _advance(session: Session, found: Any, steps: Reached, now: datetime, quiet: bool) -> None:
    stage = steps.stage if is_forward(found.stage, steps.stage) else found.stage
    expired = stage == "expired"
    before = found.first_half_points, found.second_half_points
    given = _halves_reached(session, found, steps)
    if stage == found.stage and given == before:
        return
    _ADVANCE.run(
        session,
        referral=found.id,
        seen=found.stage,
        stage=stage,
        booked_at=steps.booked_at or found.booked_at,
        arrived_at=steps.arrived_at or found.arrived_at,
        qualified_at=steps.qualified_at,
        qualifying_visit_id=steps.qualifying_visit_id,
        first_half_points=given[0],
        second_half_points=given[1],
        ended_at=found.ended_at if expired else None,
        end_reason=found.end_reason if expired else None,
    )
    gained = sum(half or 0 for half in given) - sum(half or 0 for half in before)
    note(session, ReferralAdvanced(found.id, found.referrer_id, found.friend_id, stage, gained, quiet))


def count_friends(session: Session, referrer_id: int) -> Any:
    """Bring the friends' part of the summary row in line with the facts (M3); what the row now says."""
    hold_summary(session, referrer_id)
    return _COUNT.first(session, referrer=referrer_id)


def _halves_reached(session: Session, found: Any, steps: Reached) -> tuple[int | None, int | None]:
    """Let the halves go that are due; a flagged referral's are held until it is cleared (F6, F8)."""
    given = [found.first_half_points, found.second_half_points]
    if found.is_flagged and found.cleared_at is None:
        return given[0], given[1]
    due = zip(
        HALVES, halves(found.terms["reward_points"]), (steps.arrived_at, steps.qualified_at), strict=True
    )
    for position, (half, points, reached_at) in enumerate(due):
        if reached_at is not None and given[position] is None:
            given[position] = points
            life = found.terms["life_months"]
            again = found.stage == "reversed"
            note(session, HalfReached(found.id, found.referrer_id, half, points, reached_at, life, again))
    return given[0], given[1]


def _reverse(session: Session, found: Any, reason: str, now: datetime, quiet: bool) -> None:
    if found.second_half_points:
        note(session, HalfReversed(found.id, found.referrer_id, HALVES[1], found.second_half_points))
    _end(session, found.id, "reversed", reason, now)
    if reason == UNDONE:
        # To be given when the friend's next visit qualifies.
        session.execute(update(Referral).where(Referral.id == found.id).values(second_half_points=None))
    record(
        session,
        actor=SYSTEM,
        action="referral.reversed",
        object_kind="referral",
        object_id=found.id,
        patient_id=found.friend_id,
        before={"stage": found.stage},
        after={"stage": "reversed"},
        now=now,
    )
    note(session, ReferralAdvanced(found.id, found.referrer_id, found.friend_id, "reversed", quiet=quiet))


def _end(session: Session, referral_id: int, stage: str, reason: str, now: datetime) -> None:
    session.execute(
        update(Referral)
        .where(Referral.id == referral_id)
        .values(stage=stage, ended_at=now, end_reason=reason)
    )


def decide_flagged(
    session: Session, *, referral_id: int, approve: bool, reason: str, actor: Actor, now: datetime
) -> bool:
    """Let a held referral's rewards go or reject it (F6); False when that was decided before.

    A reason is needed either way; silence leaves the rewards held.
    """
    if not reason.strip():
        raise Refusal("reason_missing")
    found = session.get(Referral, referral_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Refusal("referral_unknown")
    if not found.is_flagged or found.cleared_at is not None or found.stage in CLOSED:
        return False
    before = found.stage
    if approve:
        found.cleared_at = now
        session.flush()
        review_referral(session, friend_id=found.friend_id, now=now)
    else:
        _end(session, referral_id, "rejected", "flagged", now)
        note(session, ReferralAdvanced(found.id, found.referrer_id, found.friend_id, "rejected", quiet=True))
    record(
        session,
        actor=actor,
        action="referral.approved" if approve else "referral.rejected",
        object_kind="referral",
        object_id=referral_id,
        patient_id=found.friend_id,
        before={"stage": before, "flags": found.flags},
        reason=reason.strip(),
        now=now,
    )
    return True


def expire_referrals(session: Session, *, now: datetime, limit: int = 5000) -> int:
    """Record the end of referrals whose friend has not paid in time (F9); a first half stays given."""
    due = (
        select(Referral.id)
        .where(Referral.stage.in_(OPEN_STAGES), Referral.expires_at <= now)
        .order_by(Referral.id)
        .limit(limit)
    )
    ended = session.execute(
        update(Referral)
        .where(Referral.id.in_(due.scalar_subquery()), Referral.stage.in_(OPEN_STAGES))
        .values(stage="expired", ended_at=Referral.expires_at, end_reason="window_over")
        .execution_options(synchronize_session=False)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]
