"""Points that people gave or took, and what waits for a second person."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.points.models import ManualEntry


def waiting_entries(session: Session) -> list[ManualEntry]:
    """What a second person has to decide about, the oldest first (P15)."""
    return list(
        session.scalars(
            select(ManualEntry)
            .where(ManualEntry.state == "waiting")
            .order_by(ManualEntry.requested_at, ManualEntry.id)
        )
    )


def manual_entries(session: Session, patient_id: int) -> list[ManualEntry]:
    """All manual entries of a patient, the latest first."""
    return list(
        session.scalars(
            select(ManualEntry).where(ManualEntry.patient_id == patient_id).order_by(ManualEntry.id.desc())
        )
    )
