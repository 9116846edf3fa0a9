"""The recorded end of lots."""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    String,
    any_,
    bindparam,
    cast,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ClauseElement

from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import UtcDateTime, connection_of, table_of
from loyalty.kernel.prepared import Prepared
from loyalty.patients.models import PatientStats
from loyalty.points.models import LedgerEntry, Lot, LotUse

_ENTRIES = table_of(LedgerEntry)
_LOTS = table_of(Lot)
_STATS = table_of(PatientStats)
_USES = table_of(LotUse)
# Written out, not bound: the databases then see that the index of lots with something left will do.
_IS_LEFT = _LOTS.c.remaining > literal_column("0")
_KEY = literal("lot:") + cast(_LOTS.c.id, String) + literal(":expire")


def expire_lots(session: Session, *, today: date, now: datetime, limit: int = 5000) -> int:
    """Record the end of lots whose last day is over, one entry a lot (P13); returns how many ended.

    Set-based, at most ``limit`` lots a call; a second or parallel run finds nothing left to write. Summaries
    are held before lots, as everywhere; who is at the desk at this moment is left to the next run.
    """
    lots = [row[0] for row in _DUE.all(session, today=today, limit=limit)]
    if lots:
        chosen = lots if connection_of(session).dialect.name == "postgresql" else json.dumps(lots)
        for statement in _WRITE:
            statement.run(session, chosen=chosen, now=now)
    return len(lots)


def _due() -> Any:
    return (
        select(_LOTS.c.id)
        .join(_STATS, _STATS.c.patient_id == _LOTS.c.patient_id)
        .where(_IS_LEFT, _LOTS.c.valid_to < bindparam("today", type_=Date))
        .order_by(_LOTS.c.valid_to, _LOTS.c.id)
        .limit(bindparam("limit", type_=BigInteger))
        .with_for_update(of=_STATS, skip_locked=True)
    )


def _entries(chosen: ColumnElement[bool]) -> ClauseElement:
    return insert(_ENTRIES).from_select(
        ["patient_id", "kind", "points", "at", "key", "rule", "valid_to", "actor_kind"],
        select(
            _LOTS.c.patient_id,
            literal("expire"),
            -_LOTS.c.remaining,
            bindparam("now", type_=UtcDateTime),
            _KEY,
            literal(""),
            _LOTS.c.valid_to,
            literal(SYSTEM.kind),
        ).where(chosen),
        include_defaults=False,
    )


def _uses(chosen: ColumnElement[bool]) -> ClauseElement:
    return insert(_USES).from_select(
        ["entry_id", "lot_id", "points"],
        select(_ENTRIES.c.id, _LOTS.c.id, _LOTS.c.remaining)
        .join(_ENTRIES, _ENTRIES.c.key == _KEY)
        .where(chosen),
        include_defaults=False,
    )


def _balances(chosen: ColumnElement[bool]) -> ClauseElement:
    ended = (
        select(_LOTS.c.patient_id, func.sum(_LOTS.c.remaining).label("points"))
        .where(chosen)
        .group_by(_LOTS.c.patient_id)
        .subquery()
    )
    return (
        update(_STATS)
        .where(_STATS.c.patient_id == ended.c.patient_id)
        .values(points_balance=_STATS.c.points_balance - ended.c.points)
    )


def _lots(chosen: ColumnElement[bool]) -> ClauseElement:
    return update(_LOTS).where(chosen).values(remaining=literal_column("0"))


def _chosen() -> dict[str, ColumnElement[bool]]:
    """The lots of one run, handed over as one value: thousands of parameters cost more than the work."""
    listed = func.json_each(bindparam("chosen", type_=String)).table_valued("value")
    array = bindparam("chosen", type_=ARRAY(BigInteger))
    return {
        "sqlite": _LOTS.c.id.in_(select(listed.c.value)) & _IS_LEFT,
        "postgresql": (_LOTS.c.id == any_(array)) & _IS_LEFT,
    }


_DUE = Prepared(_due())
_WRITE = [
    Prepared({name: write(chosen) for name, chosen in _chosen().items()})
    for write in (_entries, _uses, _balances, _lots)
]
