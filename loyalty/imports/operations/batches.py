"""An import from the file handed in to its end; every change of state is one conditional update."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.imports.models import ImportBatch, ImportFile, ImportReject
from loyalty.imports.operations.taking import Rejected, Taken
from loyalty.imports.rules.progress import (
    DONE,
    DRAFT,
    FAILED,
    FILES_KEPT,
    REJECTS_KEPT,
    RUNNING,
    STALE_AFTER,
    STOPPED,
    WAITING,
)
from loyalty.kernel.actor import Actor
from loyalty.kernel.database import table_of
from loyalty.kernel.refusal import Refusal

_INSERT_REJECTS = insert(table_of(ImportReject))
_LONGEST_NAME = 200


def hand_in(
    session: Session,
    *,
    kind: str,
    filename: str,
    content: bytes,
    actor: Actor,
    now: datetime,
    mapping: Mapping[str, str] | None = None,
    notify: bool = False,
) -> ImportBatch:
    """Keep a file for an import that has not been started yet; refuses ``file_empty``."""
    if not content:
        raise Refusal("file_empty")
    batch = ImportBatch(
        kind=kind,
        filename=filename[-_LONGEST_NAME:],
        content_digest=sha256(content).hexdigest(),
        mapping=dict(mapping or {}),
        headers=[],
        notify=notify,
        state=DRAFT,
        staff_id=actor.id if actor.kind == "staff" else None,
        started_at=now,
    )
    session.add(batch)
    session.flush()
    session.add(ImportFile(batch_id=batch.id, content=content))
    session.flush()
    return batch


def start_batch(
    session: Session, *, batch_id: int, actor: Actor, now: datetime, mapping: Mapping[str, str] | None = None
) -> bool:
    """Let a handed-in import run, or one that ended without being done run on; False for a second click.

    The rows of an import that goes on are read by the mapping it was begun with.
    """
    batch = session.get(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None:
        raise Refusal("import_unknown")
    if batch.state not in (DRAFT, FAILED):
        return False
    if batch.state == DRAFT:
        batch.started_at = now
        batch.mapping = dict(mapping or batch.mapping)
    batch.state, batch.reason, batch.finished_at = WAITING, None, None
    session.flush()
    record(
        session, actor=actor, action="import.started", object_kind="import", object_id=batch_id,
        after={"kind": batch.kind, "file": batch.filename}, now=now,
    )  # fmt: skip
    return True


def stop_batch(session: Session, *, batch_id: int, actor: Actor, now: datetime) -> bool:
    """Stop an import behind the rows it has taken; they stay. False when it has ended already."""
    stopped = _move(
        session, batch_id, ImportBatch.state.in_((WAITING, RUNNING)),
        state=FAILED, reason=STOPPED, finished_at=now,
    )  # fmt: skip
    if stopped:
        record(
            session, actor=actor, action="import.stopped", object_kind="import", object_id=batch_id, now=now
        )
    return stopped


def claim_batch(session: Session, *, batch_id: int, now: datetime) -> bool:
    """Become the one who runs an import that waits or whose runner is dead; False when somebody else is."""
    dead = and_(
        ImportBatch.state == RUNNING,
        or_(ImportBatch.beat_at.is_(None), ImportBatch.beat_at < now - STALE_AFTER),
    )
    return _move(session, batch_id, or_(ImportBatch.state == WAITING, dead), state=RUNNING, beat_at=now)


def release_batch(session: Session, *, batch_id: int) -> bool:
    """Give a running import back: another runner goes on behind its last rows."""
    return _move(session, batch_id, ImportBatch.state == RUNNING, state=WAITING, beat_at=None)


def describe_batch(session: Session, *, batch_id: int, headers: Sequence[str], records: int) -> None:
    """Note what was found in the file when its run began."""
    _move(session, batch_id, ImportBatch.state == RUNNING, headers=list(headers), rows_total=records)


def save_progress(
    session: Session, *, batch_id: int, seen: int, records: int, taken: Taken, now: datetime
) -> bool:
    """Count rows just taken, in their own transaction; ``seen`` is how many records were done before.

    False when somebody stopped the import or took it over: the caller must roll back.
    """
    counts: dict[str, Any] = {
        result: getattr(ImportBatch, result) + number for result, number in taken.counts.items()
    }
    still_ours = and_(ImportBatch.state == RUNNING, ImportBatch.rows_done == seen)
    if not _move(session, batch_id, still_ours, rows_done=seen + records, beat_at=now, **counts):
        return False
    if taken.rejected:
        rows = [_reject_row(batch_id, rejected) for rejected in taken.rejected]
        session.connection().execute(_INSERT_REJECTS, rows)
    return True


def _reject_row(batch_id: int, rejected: Rejected) -> dict[str, Any]:
    return {
        "batch_id": batch_id,
        "line": rejected.line,
        "code": rejected.code,
        "field": rejected.field,
        # Bytes that are no text may stand here as lone surrogates, which no database takes.
        "cells": [cell.encode("utf-8", "replace").decode().replace("\0", "") for cell in rejected.cells],
    }


def beat(session: Session, *, batch_id: int, now: datetime) -> bool:
    """A sign of life where no rows are counted; False when the import is no longer ours."""
    return _move(session, batch_id, ImportBatch.state == RUNNING, beat_at=now)


def finish_batch(session: Session, *, batch_id: int, actor: Actor, now: datetime) -> bool:
    """All rows are in: the file is let go, its digest and its figures stay."""
    if not _move(session, batch_id, ImportBatch.state == RUNNING, state=DONE, finished_at=now):
        return False
    session.execute(delete(ImportFile).where(ImportFile.batch_id == batch_id))
    record(session, actor=actor, action="import.done", object_kind="import", object_id=batch_id, now=now)
    return True


def fail_batch(session: Session, *, batch_id: int, reason: str, now: datetime) -> bool:
    """The import cannot go on; what was taken stays, and it may be started again."""
    return _move(
        session, batch_id, ImportBatch.state == RUNNING, state=FAILED, reason=reason[:40], finished_at=now
    )


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete personal data nobody needs any more; how many imports it was of.

    Files that were handed in and never run or that ended early go after a week, rejected rows after three
    months; the figures of what was run stay.
    """
    drafts = _ids(session, ImportBatch.state == DRAFT, ImportBatch.started_at < now - FILES_KEPT)
    failed = _ids(session, ImportBatch.state == FAILED, ImportBatch.finished_at < now - FILES_KEPT)
    with_file = set(
        session.scalars(select(ImportFile.batch_id).where(ImportFile.batch_id.in_([*drafts, *failed])))
    )
    ended = _ids(session, ImportBatch.finished_at < now - REJECTS_KEPT)
    rejected = set(
        session.scalars(
            select(ImportReject.batch_id)
            .where(ImportReject.batch_id.in_(ended))
            .group_by(ImportReject.batch_id)
        )
    )
    session.execute(delete(ImportFile).where(ImportFile.batch_id.in_(with_file)))
    session.execute(delete(ImportReject).where(ImportReject.batch_id.in_(rejected)))
    session.execute(delete(ImportBatch).where(ImportBatch.id.in_(drafts)))
    return len(with_file | rejected)


def _ids(session: Session, *conditions: Any) -> list[int]:
    return list(session.scalars(select(ImportBatch.id).where(*conditions)))


def _move(session: Session, batch_id: int, condition: Any, **values: Any) -> bool:
    moved = session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id, condition)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    return bool(moved.rowcount)  # type: ignore[attr-defined]
