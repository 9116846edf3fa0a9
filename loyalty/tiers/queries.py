from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.tiers.models import TierChange


def history(session: Session, patient_id: int) -> list[TierChange]:
    """A patient's steps on the ladder, the latest first."""
    return list(
        session.scalars(
            select(TierChange).where(TierChange.patient_id == patient_id).order_by(TierChange.id.desc())
        )
    )
