from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.clinic.models import Staff
from loyalty.patients.models import Patient


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An audit entry with the names behind its numbers; ``actor_name`` is None for all but people."""

    id: int
    at: datetime
    actor_kind: str
    actor_id: int | None
    actor_name: str | None
    action: str
    object_kind: str
    object_id: str | None
    patient_id: int | None
    patient_name: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None


_ROWS = (
    select(
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.actor_kind,
        AuditEntry.actor_id,
        Staff.name,
        AuditEntry.action,
        AuditEntry.object_kind,
        AuditEntry.object_id,
        AuditEntry.patient_id,
        Patient.name,
        AuditEntry.before,
        AuditEntry.after,
        AuditEntry.reason,
    )
    .outerjoin(Staff, and_(AuditEntry.actor_kind == "staff", Staff.id == AuditEntry.actor_id))
    .outerjoin(Patient, Patient.id == AuditEntry.patient_id)
)


def audit_entries(
    session: Session,
    *,
    patient_id: int | None = None,
    staff_id: int | None = None,
    actor_kind: str | None = None,
    action: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[AuditRow]:
    """Audit entries, newest first, keyset-paged by id (A1)."""
    query = _ROWS
    if patient_id is not None:
        query = query.where(AuditEntry.patient_id == patient_id)
    if staff_id is not None:
        query = query.where(AuditEntry.actor_kind == "staff", AuditEntry.actor_id == staff_id)
    if actor_kind:
        query = query.where(AuditEntry.actor_kind == actor_kind)
    if action:
        query = query.where(AuditEntry.action == action)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    rows = session.execute(query.order_by(AuditEntry.id.desc()).limit(limit))
    return [AuditRow(*cast("tuple[Any, ...]", row)) for row in rows]
