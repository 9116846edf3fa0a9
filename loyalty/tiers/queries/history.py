"""A patient's way on the ladder, and what each tier brings."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.localized import LocalizedText
from loyalty.tiers.models import Benefit, TierChange
from loyalty.tiers.rules import rank

_BENEFITS = table_of(Benefit)


def history(session: Session, patient_id: int) -> list[TierChange]:
    """A patient's steps on the ladder, the latest first."""
    return list(
        session.scalars(
            select(TierChange).where(TierChange.patient_id == patient_id).order_by(TierChange.id.desc())
        )
    )


def benefit(session: Session, benefit_id: int) -> Benefit | None:
    return session.get(Benefit, benefit_id)


def benefits(session: Session, tier: str | None = None, *, with_retired: bool = False) -> list[Benefit]:
    """What a tier brings, or what all of them do from the lowest up, in the order that the staff gave."""
    query = select(Benefit)
    if tier is not None:
        query = query.where(Benefit.tier == tier)
    if not with_retired:
        query = query.where(Benefit.active)
    return sorted(session.scalars(query), key=lambda found: (rank(found.tier), found.position, found.id))


def perks(session: Session) -> list[tuple[str, str, LocalizedText, LocalizedText]]:
    """The active benefits as plain values for patients' pages: (tier, icon, name, description)."""
    rows = connection_of(session).execute(
        select(_BENEFITS.c.tier, _BENEFITS.c.icon, _BENEFITS.c.name, _BENEFITS.c.description)
        .where(_BENEFITS.c.active)
        .order_by(_BENEFITS.c.position, _BENEFITS.c.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]
