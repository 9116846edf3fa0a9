"""Imports as pages and jobs look at them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Staff
from loyalty.imports.models import ImportBatch, ImportFile, ImportReject
from loyalty.imports.rules.progress import DRAFT, RUNNING, STALE_AFTER, WAITING

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class BatchRow:
    """An import in the list, with who handed it in."""

    batch: ImportBatch
    staff_name: str | None


def batch(session: Session, batch_id: int) -> ImportBatch | None:
    return session.get(ImportBatch, batch_id)


def content_of(session: Session, batch_id: int) -> bytes | None:
    """The file's bytes; None once the import is done."""
    return session.scalar(select(ImportFile.content).where(ImportFile.batch_id == batch_id))


def recent_batches(session: Session, *, after: int | None = None, limit: int = 50) -> list[BatchRow]:
    """Imports that were started, the latest first; ``after`` is the last id seen."""
    query = (
        select(ImportBatch, Staff.name)
        .outerjoin(Staff, Staff.id == ImportBatch.staff_id)
        .where(ImportBatch.state != DRAFT)
    )
    if after is not None:
        query = query.where(ImportBatch.id < after)
    return [BatchRow(*row) for row in session.execute(query.order_by(ImportBatch.id.desc()).limit(limit))]


def same_file_before(session: Session, found: ImportBatch) -> ImportBatch | None:
    """The last import of the very same bytes that was started, if there is one."""
    return session.scalar(
        select(ImportBatch)
        .where(
            ImportBatch.content_digest == found.content_digest,
            ImportBatch.kind == found.kind,
            ImportBatch.id != found.id,
            ImportBatch.state != DRAFT,
        )
        .order_by(ImportBatch.id.desc())
        .limit(1)
    )


def runnable(session: Session, *, now: datetime) -> list[int]:
    """Imports that wait, and those whose runner gave no sign of life, the oldest first."""
    dead = and_(
        ImportBatch.state == RUNNING,
        or_(ImportBatch.beat_at.is_(None), ImportBatch.beat_at < now - STALE_AFTER),
    )
    return list(
        session.scalars(
            select(ImportBatch.id).where(or_(ImportBatch.state == WAITING, dead)).order_by(ImportBatch.id)
        )
    )


def rejects(session: Session, batch_id: int, *, after: int = 0, limit: int = 50) -> list[ImportReject]:
    """Rows that were not taken, in the order of the file; ``after`` is the last id seen."""
    return list(
        session.scalars(
            select(ImportReject)
            .where(ImportReject.batch_id == batch_id, ImportReject.id > after)
            .order_by(ImportReject.id)
            .limit(limit)
        )
    )


def all_rejects(session: Session, batch_id: int) -> Iterator[ImportReject]:
    """All of them, read in pieces."""
    after = 0
    while page := rejects(session, batch_id, after=after, limit=_AT_ONCE):
        yield from page
        after = page[-1].id
        session.expunge_all()
