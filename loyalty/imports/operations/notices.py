"""The one message an import may send to a patient, and only when it was asked to (messages of API.md)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.messaging.operations import queue_message
from loyalty.patients.models import Patient, PatientStats
from loyalty.visits.models import Visit


def tell_patients(session: Session, *, since: datetime, after: int, limit: int, now: datetime) -> int | None:
    """Tell those who got imported visits their tier, if nobody has told them yet; the last patient's id.

    ``since`` is when the import began, ``after`` the last patient told; None when nobody is left. The
    deceased hear nothing.
    """
    rows = session.execute(
        select(PatientStats.patient_id, PatientStats.tier)
        .join(Patient, Patient.id == PatientStats.patient_id)
        .where(
            PatientStats.patient_id > after,
            PatientStats.tier.is_not(None),
            Patient.deceased_on.is_(None),
            Patient.merged_into_id.is_(None),
            select(Visit.id)
            .where(
                Visit.patient_id == PatientStats.patient_id,
                Visit.origin == "import",
                Visit.status == "completed",
                Visit.created_at >= since,
            )
            .exists(),
        )
        .order_by(PatientStats.patient_id)
        .limit(limit)
    ).all()
    for patient_id, tier in rows:
        queue_message(
            session, patient_id=patient_id, step="tier-reached", anchor=f"tier:{tier}",
            values={"tier": tier}, now=now,
        )  # fmt: skip
    return rows[-1].patient_id if rows else None
