"""What the clinic owes its patients in points."""

from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from loyalty.points.models import Lot


def outstanding(session: Session, today: date) -> int:
    """All points that patients may still spend on a local day."""
    return (
        session.scalar(
            select(func.coalesce(func.sum(Lot.remaining), 0)).where(
                Lot.remaining > 0, or_(Lot.valid_to.is_(None), Lot.valid_to >= today)
            )
        )
        or 0
    )
