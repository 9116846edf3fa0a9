"""The record of periodic runs: one row per job and slot, unique, so that only one process runs it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from loyalty.activity.models import JobRun
from loyalty.kernel.database import table_of
from loyalty.kernel.once import InsertOnce

_RUNS = table_of(JobRun)
_insert = InsertOnce(_RUNS, key=(_RUNS.c.name, _RUNS.c.slot), returning=_RUNS.c.id)
LONGEST_OUTCOME = 500


@dataclass(frozen=True, slots=True)
class Run:
    """One recorded run; without ``finished_at`` it is under way, failed or was killed."""

    name: str
    slot: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None


def take(session: Session, *, name: str, slot: str, now: datetime, patience: timedelta) -> bool:
    """Take a slot; False when another process has it. One left unfinished for ``patience`` is taken over."""
    if _insert(session, {"name": name, "slot": slot, "started_at": now}) is not None:
        return True
    takeover = update(_RUNS).where(
        _RUNS.c.name == name,
        _RUNS.c.slot == slot,
        _RUNS.c.finished_at.is_(None),
        _RUNS.c.started_at < now - patience,
    )
    taken = session.execute(takeover.values(started_at=now, outcome=None))
    return cast(CursorResult[Any], taken).rowcount == 1


def is_under_way(session: Session, *, name: str, slot: str, since: datetime) -> bool:
    """Whether another slot of this job was begun after ``since`` and has not ended."""
    query = select(_RUNS.c.id).where(
        _RUNS.c.name == name,
        _RUNS.c.slot != slot,
        _RUNS.c.finished_at.is_(None),
        _RUNS.c.started_at > since,
    )
    return session.execute(query.limit(1)).first() is not None


def end(session: Session, *, name: str, slot: str, outcome: str, finished_at: datetime | None) -> None:
    """Record what a run did; a failed one stays without ``finished_at``, to be taken over."""
    session.execute(
        update(_RUNS)
        .where(_RUNS.c.name == name, _RUNS.c.slot == slot)
        .values(outcome=outcome[:LONGEST_OUTCOME], finished_at=finished_at)
    )


def recorded(session: Session, slots: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Run]:
    """The runs of these (job, slot) pairs, as far as there are any."""
    query = select(*_COLUMNS).where(tuple_(_RUNS.c.name, _RUNS.c.slot).in_(list(slots)))
    return {(row.name, row.slot): Run(*row) for row in session.execute(query)}


def last_runs(session: Session) -> dict[str, Run]:
    """Each job's latest run that ended, by job."""
    newest = select(func.max(_RUNS.c.id)).where(_RUNS.c.finished_at.is_not(None)).group_by(_RUNS.c.name)
    return {row.name: Run(*row) for row in session.execute(select(*_COLUMNS).where(_RUNS.c.id.in_(newest)))}


def forget(session: Session, *, names: Iterable[str], before: datetime) -> int:
    """Delete the records of jobs that run many times a day, older than ``before``."""
    gone = session.execute(delete(_RUNS).where(_RUNS.c.name.in_(list(names)), _RUNS.c.started_at < before))
    return cast(CursorResult[Any], gone).rowcount


_COLUMNS = (_RUNS.c.name, _RUNS.c.slot, _RUNS.c.started_at, _RUNS.c.finished_at, _RUNS.c.outcome)
