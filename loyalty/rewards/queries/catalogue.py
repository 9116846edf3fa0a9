"""The catalogue as patients choose from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.patients.models import PatientStats
from loyalty.points import queries as points
from loyalty.rewards.models import Reward
from loyalty.rewards.rules.catalogue import tier_suffices
from loyalty.tiers.queries import tier_today

#: A catalogue is shown whole; no clinic has more to choose from.
MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward as one patient meets it; ``missing_points`` is what its price lacks."""

    reward: Reward
    missing_points: int
    tier_ok: bool
    sold_out: bool

    @property
    def affordable(self) -> bool:
        return self.missing_points == 0


def catalogue(session: Session, *, patient_id: int, today: date) -> list[Offer]:
    """What is offered on a local day, in the clinic's order, as a patient meets it; three statements."""
    available = max(0, points.available(session, patient_id, today))
    tier = held_tier(session, patient_id, today)
    offered = session.scalars(
        select(Reward)
        .where(
            Reward.active,
            or_(Reward.valid_from.is_(None), Reward.valid_from <= today),
            or_(Reward.valid_to.is_(None), Reward.valid_to >= today),
        )
        .order_by(Reward.position, Reward.points, Reward.id)
        .limit(MOST_SHOWN)
    )
    return [
        Offer(
            reward,
            missing_points=max(0, reward.points - available),
            tier_ok=tier_suffices(reward.tier, tier),
            sold_out=reward.stock == 0,
        )
        for reward in offered
    ]


def held_tier(session: Session, patient_id: int, today: date) -> str | None:
    """The tier that decides what a patient may take on a local day, reviewed in the night or not (TM4)."""
    stats = PatientStats
    kept = session.execute(
        select(stats.tier, stats.tier_falls_on, stats.tier_pin_until).where(stats.patient_id == patient_id)
    ).one_or_none()
    return None if kept is None else tier_today(session, patient_id, kept, programme(session), today)


def reward(session: Session, reward_id: int) -> Reward | None:
    return session.get(Reward, reward_id)


def reward_by_code(session: Session, code: str) -> Reward | None:
    return session.scalar(select(Reward).where(Reward.code == code))


def rewards(session: Session, *, after: int = 0, limit: int = 50) -> Sequence[Reward]:
    """All catalogue items, retired ones too, in the order in which they were made; keyset by id."""
    return session.scalars(select(Reward).where(Reward.id > after).order_by(Reward.id).limit(limit)).all()
