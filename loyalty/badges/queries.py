from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.badges.models import BadgeAward


def awards(session: Session, patient_id: int) -> dict[str, datetime]:
    """A patient's badges and when each was awarded."""
    rows = session.execute(select(BadgeAward.badge, BadgeAward.at).where(BadgeAward.patient_id == patient_id))
    return {row.badge: row.at for row in rows}
