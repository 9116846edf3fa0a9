from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry

_BATCH = 1000


def entries(
    session: Session, *, patient_id: int | None = None, since: datetime | None = None
) -> Iterator[AuditEntry]:
    """Audit entries, oldest first, read in batches: the log may be long; ``since`` is included."""
    query = select(AuditEntry).order_by(AuditEntry.id).limit(_BATCH)
    if patient_id is not None:
        query = query.where(AuditEntry.patient_id == patient_id)
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    last = 0
    while batch := session.scalars(query.where(AuditEntry.id > last)).all():
        yield from batch
        last = batch[-1].id
        session.expunge_all()
