from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.actor import Actor
from loyalty.kernel.database import table_of
from loyalty.kernel.once import InsertRow

_insert = InsertRow(table_of(AuditEntry))


def record(
    session: Session,
    *,
    actor: Actor,
    action: str,
    object_kind: str,
    object_id: object = None,
    patient_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
    now: datetime,
) -> None:
    """Keep an audit entry of an act (A1); ``before`` and ``after`` hold JSON values only."""
    _insert(
        session,
        {
            "at": now,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "action": action,
            "object_kind": object_kind,
            "object_id": None if object_id is None else str(object_id),
            "patient_id": patient_id,
            "before": before,
            "after": after,
            "reason": reason,
        },
    )
