"""The entries of the ledger, for pages and interfaces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from loyalty.kernel.database import table_of
from loyalty.points.models import LedgerEntry
from loyalty.visits.models import Visit

_ENTRIES = table_of(LedgerEntry).c
_VISITS = table_of(Visit)


def entries(
    session: Session,
    patient_id: int,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 30,
    oldest_first: bool = False,
) -> list[LedgerEntry]:
    """A patient's ledger entries, the latest first unless asked otherwise; keyset by entry id."""
    query = select(LedgerEntry).where(LedgerEntry.patient_id == patient_id)
    if before is not None:
        query = query.where(LedgerEntry.id < before)
    if after is not None:
        query = query.where(LedgerEntry.id > after)
    order = LedgerEntry.id.asc() if oldest_first else LedgerEntry.id.desc()
    return list(session.scalars(query.order_by(order).limit(limit)))


def entries_of_visit(session: Session, visit_id: int) -> Sequence[Row[str, int]]:
    """What a visit did to its patient's points, as (kind, points)."""
    return session.execute(
        select(LedgerEntry.kind, LedgerEntry.points)
        .where(LedgerEntry.visit_id == visit_id)
        .order_by(LedgerEntry.id)
    ).all()


def times_reversed(session: Session, patient_id: int, key: str) -> int:
    """How often a patient's credits whose keys begin with ``key`` were taken back."""
    return session.scalars(
        select(func.count())
        .select_from(LedgerEntry)
        .where(
            LedgerEntry.patient_id == patient_id,
            LedgerEntry.kind == "reverse",
            LedgerEntry.key.startswith(key, autoescape=True),
        )
    ).one()


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One entry with what its history in plain words needs; ``reverses`` is the entry it takes back."""

    id: int
    kind: str
    points: int
    at: datetime
    valid_to: date | None
    visit_id: int | None
    visit_completed_on: date | None
    refund_id: int | None
    referral_id: int | None
    rule: str
    rule_ids: list[int] | None
    reason: str | None
    actor_kind: str
    actor_id: int | None
    key: str

    @property
    def reverses(self) -> int | None:
        """The entry that this one undoes, wholly or in part; None for all others."""
        what, _sep, number = self.rule.partition(":")
        return int(number) if what == "entry" else None


_LINE_COLUMNS = (
    _ENTRIES.id,
    _ENTRIES.kind,
    _ENTRIES.points,
    _ENTRIES.at,
    _ENTRIES.valid_to,
    _ENTRIES.visit_id,
    _VISITS.c.completed_on,
    _ENTRIES.refund_id,
    _ENTRIES.referral_id,
    _ENTRIES.rule,
    _ENTRIES.rule_ids,
    _ENTRIES.reason,
    _ENTRIES.actor_kind,
    _ENTRIES.actor_id,
    _ENTRIES.key,
)


def ledger_lines(
    session: Session, patient_id: int, *, before: int | None = None, limit: int = 30
) -> list[LedgerLine]:
    """A patient's entries with the day of their visit, the latest first; keyset by entry id."""
    query = (
        select(*_LINE_COLUMNS)
        .outerjoin(_VISITS, _VISITS.c.id == _ENTRIES.visit_id)
        .where(_ENTRIES.patient_id == patient_id)
    )
    if before is not None:
        query = query.where(_ENTRIES.id < before)
    rows: Iterable[Any] = session.execute(query.order_by(_ENTRIES.id.desc()).limit(limit))
    return [LedgerLine(*row) for row in rows]
