"""Rewards handed over, cancelled, expired, and their one reminder (V7)."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.events import note
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import PatientStats
from loyalty.points import operations as points
from loyalty.rewards.events import RedemptionEnded
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations.giving_out import take_in
from loyalty.rewards.operations.issuing import local_day
from loyalty.rewards.operations.redemptions import check_not_own, keep, locked_redemption
from loyalty.rewards.rules.redemptions import (
    is_overdue,
    may_undo,
    patient_may_cancel,
    redeem_key,
    restore_key,
)


def hand_over(session: Session, *, redemption_id: int, actor: Actor, now: datetime) -> bool:
    """Note that the patient has it; False when it was handed over before, by whoever it was (V7).

    Refusals: redemption_unknown, redemption_not_approved, redemption_expired (also before the job has
    recorded it), redemption_ended, own_redemption.
    """
    redemption = locked_redemption(session, redemption_id)
    if redemption.state == "handed_over":
        return False
    _check_ready(redemption, local_day(session, now))
    check_not_own(session, redemption, actor)
    redemption.state = "handed_over"
    redemption.handed_over_at, redemption.handed_over_by_id = now, actor.id
    session.flush()
    keep(session, redemption, "redemption.handed_over", actor, now)
    return True


def _check_ready(redemption: Redemption, today: date) -> None:
    if redemption.state == "requested":
        raise Refusal("redemption_not_approved")
    if redemption.state == "expired" or is_overdue(redemption.state, redemption.valid_to, today):
        raise Refusal("redemption_expired")
    if redemption.state != "approved":
        raise Refusal("redemption_ended")


def undo_hand_over(session: Session, *, redemption_id: int, actor: Actor, now: datetime) -> bool:
    """Take back a mistaken hand-over of a gift within ten minutes; False when it is not handed over.

    Refusals: redemption_unknown, undo_too_late (also for what is no gift: it was never handed by hand).
    """
    redemption = locked_redemption(session, redemption_id)
    if redemption.state != "handed_over":
        return False
    if not may_undo(redemption.handed_over_at, now) or _is_digital(redemption):
        raise Refusal("undo_too_late")
    redemption.state = "approved"
    redemption.handed_over_at = redemption.handed_over_by_id = None
    session.flush()
    keep(session, redemption, "redemption.hand_over_undone", actor, now)
    return True


def _is_digital(redemption: Redemption) -> bool:
    came = (redemption.voucher_id, redemption.certificate_id, redemption.package_id)
    return any(one is not None for one in came)


def cancel_redemption(
    session: Session, *, redemption_id: int, actor: Actor, now: datetime, reason: str | None = None
) -> bool:
    """Undo a redemption: the points go back to their lots, the piece to the stock (P11, V7).

    Until it is handed over, or, when a voucher, certificate or package came out of it, until that is used;
    the patient herself within 24 hours. False when it had ended. Refusals: redemption_unknown (also another
    patient's), redemption_cancel_late, redemption_handed_over, redemption_used.
    """
    redemption = locked_redemption(session, redemption_id)
    is_patient = actor.kind == "patient"
    if is_patient and redemption.patient_id != actor.id:
        raise Refusal("redemption_unknown")
    if redemption.state in ("cancelled", "expired"):
        return False
    if redemption.state == "handed_over" and not _is_digital(redemption):
        raise Refusal("redemption_handed_over")
    if is_patient and not patient_may_cancel(redemption.requested_at, now):
        raise Refusal("redemption_cancel_late")
    take_in(session, redemption, actor, now, reason)
    _end(session, redemption, "cancelled", actor, now, reason)
    return True


def _end(
    session: Session, redemption: Redemption, state: str, actor: Actor, now: datetime, reason: str | None
) -> None:
    redemption.state, redemption.ended_at = state, now
    redemption.ended_by_id, redemption.end_reason = actor.id, (reason or "")[:500] or None
    session.flush()
    session.execute(
        update(Reward)
        .where(Reward.id == redemption.reward_id, Reward.stock.is_not(None))
        .values(stock=Reward.stock + 1)
    )
    points.restore_redemption(
        session,
        patient_id=redemption.patient_id,
        redeem_key=redeem_key(redemption.id),
        key=restore_key(redemption.id),
        today=local_day(session, now),
        actor=actor,
        now=now,
        reason=reason,
    )
    keep(session, redemption, f"redemption.{state}", actor, now, reason)
    note(session, RedemptionEnded(redemption.patient_id, redemption.id, state))


def expire_redemptions(session: Session, *, today: date, now: datetime, limit: int = 200) -> int:
    """Record the end of gifts not fetched in time, as if cancelled; how many. A second run finds none.

    Whose summary somebody else holds at this moment is left to the next run; rewards are taken in the order
    of their ids, so that two runs never wait for each other.
    """
    overdue = (
        select(Redemption.id, Redemption.patient_id)
        .where(Redemption.state == "approved", Redemption.valid_to < today)
        .order_by(Redemption.valid_to, Redemption.id)
        .limit(limit)
    )
    due = session.execute(overdue).all()
    free = session.scalars(
        select(PatientStats.patient_id)
        .where(PatientStats.patient_id.in_({row.patient_id for row in due}))
        .with_for_update(skip_locked=True)
    ).all()
    rows = session.scalars(
        select(Redemption)
        .where(
            Redemption.id.in_([row.id for row in due]),
            Redemption.patient_id.in_(free),
            Redemption.state == "approved",
        )
        .order_by(Redemption.reward_id, Redemption.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for redemption in rows:
        _end(session, redemption, "expired", SYSTEM, now, None)
    return len(rows)


def claim_reminder(session: Session, *, redemption_id: int, now: datetime) -> bool:
    """Take the one reminder of a waiting gift; False when somebody has taken it, or it waits no more."""
    claimed = session.execute(
        update(Redemption)
        .where(
            Redemption.id == redemption_id, Redemption.state == "approved", Redemption.reminded_at.is_(None)
        )
        .values(reminded_at=now)
        .returning(Redemption.id)
    ).one_or_none()
    return claimed is not None
