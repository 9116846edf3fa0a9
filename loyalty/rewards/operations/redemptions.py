"""Points for a reward: requested and approved (V7)."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.events import note
from loyalty.kernel.refusal import Refusal
from loyalty.patients.queries import hold_summary
from loyalty.points import operations as points
from loyalty.points.queries import available
from loyalty.rewards.events import RedemptionReady, RewardRedeemed
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations.giving_out import give_out
from loyalty.rewards.operations.issuing import check_holder, fresh_code, issued_before, local_day
from loyalty.rewards.queries.catalogue import held_tier
from loyalty.rewards.queries.redemptions import is_own_or_relatives
from loyalty.rewards.rules.catalogue import DIGITAL, is_offered, tier_suffices
from loyalty.rewards.rules.redemptions import redeem_key


def redeem_reward(
    session: Session,
    *,
    patient_id: int,
    reward_id: int,
    actor: Actor,
    now: datetime,
    form_key: str | None = None,
    external_id: str | None = None,
) -> Redemption:
    """Give a patient's points for a reward; the same ``form_key`` or ``external_id`` gives the first back.

    Without approval a gift waits at the desk at once, and anything else is in the patient's wallet. Refusals:
    patient_unknown, patient_merged, reward_not_available, reward_tier, not_enough_points, sold_out,
    key_reused; nothing has changed then.
    """
    hold_summary(session, patient_id)
    first = _taken_before(session, patient_id, reward_id, form_key, external_id)
    if first is not None:
        return first
    check_holder(session, patient_id)
    reward = _offered(session, patient_id, reward_id, now)
    _take_from_stock(session, reward)
    redemption = Redemption(
        external_id=external_id,
        form_key=form_key,
        code=fresh_code(session),
        patient_id=patient_id,
        reward_id=reward_id,
        points=reward.points,
        state="requested",
        requested_at=now,
        requested_by_kind=actor.kind,
        requested_by_id=actor.id,
    )
    session.add(redemption)
    session.flush()
    points.redeem(
        session,
        patient_id=patient_id,
        points=reward.points,
        key=redeem_key(redemption.id),
        today=local_day(session, now),
        actor=actor,
        now=now,
    )
    keep(session, redemption, "redemption.requested", actor, now)
    note(session, RewardRedeemed(patient_id, redemption.id))
    if not reward.needs_approval:
        _approve(session, redemption, reward, actor, now)
    return redemption


def _taken_before(
    session: Session, patient_id: int, reward_id: int, form_key: str | None, external_id: str | None
) -> Redemption | None:
    """Of two clicks at once the second has waited for the patient's summary and finds the first one's row."""
    same = {"patient_id": patient_id, "reward_id": reward_id}
    first = issued_before(session, Redemption, external_id, same)
    if first is None and form_key is not None:
        first = session.scalar(select(Redemption).where(Redemption.form_key == form_key))
        if first is not None and (first.patient_id, first.reward_id) != (patient_id, reward_id):
            raise Refusal("key_reused")
    return first


def _offered(session: Session, patient_id: int, reward_id: int, now: datetime) -> Reward:
    """The reward, if this patient may have it now; the stock is for the update to judge."""
    reward = session.get(Reward, reward_id, populate_existing=True)
    today = local_day(session, now)
    if reward is None or not is_offered(reward, today):
        raise Refusal("reward_not_available")
    if not tier_suffices(reward.tier, held_tier(session, patient_id, today)):
        raise Refusal("reward_tier", tier=reward.tier)
    spendable = available(session, patient_id, today)
    if reward.points > spendable:
        raise Refusal("not_enough_points", available=max(0, spendable))
    return reward


def _take_from_stock(session: Session, reward: Reward) -> None:
    """One conditional update: of many hands on the last piece one gets it, at the price just read (V7)."""
    price = reward.points
    taken = session.execute(
        update(Reward)
        .where(
            Reward.id == reward.id,
            Reward.active,
            Reward.points == price,
            or_(Reward.stock.is_(None), Reward.stock > 0),
        )
        .values(stock=Reward.stock - 1)
        .returning(Reward.id)
    ).one_or_none()
    if taken is None:
        session.refresh(reward)
        # The stock just read tells nothing: a piece may have come back since the update found none.
        is_changed = not reward.active or reward.points != price
        raise Refusal("reward_not_available" if is_changed else "sold_out")


def approve_redemption(session: Session, *, redemption_id: int, actor: Actor, now: datetime) -> bool:
    """Approve what was requested; False when it was approved before.

    Refusals: redemption_unknown, redemption_ended, own_redemption for one's own, a relative's, and for what
    the same person has asked for.
    """
    redemption = locked_redemption(session, redemption_id)
    if redemption.state in ("approved", "handed_over"):
        return False
    if redemption.state != "requested":
        raise Refusal("redemption_ended")
    asked = actor.kind == "staff" and actor.id is not None and redemption.requested_by_id == actor.id
    if asked and redemption.requested_by_kind == "staff":
        raise Refusal("own_redemption")
    check_not_own(session, redemption, actor)
    reward = session.get_one(Reward, redemption.reward_id)
    redemption.approved_by_id = actor.id
    _approve(session, redemption, reward, actor, now)
    keep(session, redemption, "redemption.approved", actor, now)
    return True


def _approve(session: Session, redemption: Redemption, reward: Reward, actor: Actor, now: datetime) -> None:
    redemption.approved_at = now
    if reward.kind in DIGITAL:
        redemption.state, redemption.handed_over_at = "handed_over", now
        give_out(session, redemption, reward, actor, now)
    else:
        redemption.state = "approved"
        redemption.valid_to = local_day(session, now) + timedelta(days=reward.pickup_days)
        note(session, RedemptionReady(redemption.patient_id, redemption.id))
    session.flush()


def check_not_own(session: Session, redemption: Redemption, actor: Actor) -> None:
    """Refuses ``own_redemption``: nobody decides about one's own reward or a relative's (V7)."""
    if is_own_or_relatives(session, actor, redemption.patient_id):
        raise Refusal("own_redemption")


def locked_redemption(session: Session, redemption_id: int) -> Redemption:
    """The redemption, kept until the transaction ends; its patient's summary first, as everywhere."""
    patient_id = session.scalar(select(Redemption.patient_id).where(Redemption.id == redemption_id))
    if patient_id is None:
        raise Refusal("redemption_unknown")
    hold_summary(session, patient_id)
    return session.get_one(Redemption, redemption_id, with_for_update=True, populate_existing=True)


def keep(
    session: Session,
    redemption: Redemption,
    action: str,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Keep who did what to a redemption, and when (V7)."""
    record(
        session,
        actor=actor,
        action=action,
        object_kind="redemption",
        object_id=redemption.id,
        patient_id=redemption.patient_id,
        after={"state": redemption.state, "points": redemption.points},
        reason=reason,
        now=now,
    )
