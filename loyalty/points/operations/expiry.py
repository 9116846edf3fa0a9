"""The recorded end of lots."""

from datetime import date, datetime

from sqlalchemy import String, cast, func, insert, literal, select, update
from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import UtcDateTime, connection_of, table_of
from loyalty.patients.models import PatientStats
from loyalty.points.models import LedgerEntry, Lot, LotUse

_ENTRIES = table_of(LedgerEntry)
_LOTS = table_of(Lot)
_STATS = table_of(PatientStats)
_USES = table_of(LotUse)


def expire_lots(session: Session, *, today: date, now: datetime, limit: int = 5000) -> int:
    """Record the end of lots whose last day is over, one entry a lot (P13); returns how many ended.

    Set-based, at most ``limit`` lots a call; a second or parallel run finds nothing left to write. Summaries
    are held before lots, as everywhere; who is at the desk at this moment is left to the next run.
    """
    is_due = _LOTS.c.remaining > 0, _LOTS.c.valid_to < today
    oldest = select(_LOTS.c.patient_id).where(*is_due).order_by(_LOTS.c.valid_to, _LOTS.c.id).limit(limit)
    held = session.scalars(
        select(_STATS.c.patient_id).where(_STATS.c.patient_id.in_(oldest)).with_for_update(skip_locked=True)
    ).all()
    due = select(_LOTS.c.id).where(_LOTS.c.patient_id.in_(held), *is_due)
    lots = list(session.scalars(due.order_by(_LOTS.c.valid_to, _LOTS.c.id).limit(limit)))
    if lots:
        _write_expiry(session, lots, now)
    return len(lots)


def _write_expiry(session: Session, lot_ids: list[int], now: datetime) -> None:
    chosen = _LOTS.c.id.in_(lot_ids)
    key = literal("lot:") + cast(_LOTS.c.id, String) + literal(":expire")
    run = connection_of(session).execute
    run(
        insert(_ENTRIES).from_select(
            ["patient_id", "kind", "points", "at", "key", "rule", "valid_to", "actor_kind"],
            select(
                _LOTS.c.patient_id,
                literal("expire"),
                -_LOTS.c.remaining,
                literal(now, UtcDateTime),
                key,
                literal(""),
                _LOTS.c.valid_to,
                literal(SYSTEM.kind),
            ).where(chosen),
        )
    )
    run(
        insert(_USES).from_select(
            ["entry_id", "lot_id", "points"],
            select(_ENTRIES.c.id, _LOTS.c.id, _LOTS.c.remaining)
            .join(_ENTRIES, _ENTRIES.c.key == key)
            .where(chosen),
        )
    )
    ended = (
        select(_LOTS.c.patient_id, func.sum(_LOTS.c.remaining).label("points"))
        .where(chosen)
        .group_by(_LOTS.c.patient_id)
        .subquery()
    )
    run(
        update(_STATS)
        .where(_STATS.c.patient_id == ended.c.patient_id)
        .values(points_balance=_STATS.c.points_balance - ended.c.points)
    )
    run(update(_LOTS).where(chosen).values(remaining=0))
