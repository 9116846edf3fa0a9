"""The single writes of which every movement of points is made."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.database import table_of
from loyalty.kernel.once import InsertOnce, InsertRow
from loyalty.kernel.prepared import Prepared
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import PatientStats
from loyalty.points import rules
from loyalty.points.models import LedgerEntry, Lot, LotUse
from loyalty.points.rules import OpenLot

_ENTRIES = table_of(LedgerEntry)
_LOTS = table_of(Lot)
_STATS = table_of(PatientStats)
_USES = table_of(LotUse)
_OWN = _STATS.c.patient_id == bindparam("patient")

#: Writes an entry; its id, or None when its key is in the ledger already (P4).
add_entry = InsertOnce(_ENTRIES, key=(_ENTRIES.c.key,), returning=_ENTRIES.c.id)
insert_lot = InsertRow(_LOTS)
_insert_uses = InsertRow(_USES)
_ADD_TO_BALANCE = Prepared(
    update(_STATS)
    .where(_OWN)
    .values(points_balance=_STATS.c.points_balance + bindparam("change"))
    .returning(_STATS.c.points_debt)
)
_CHANGE_DEBT = Prepared(
    update(_STATS).where(_OWN).values(points_debt=_STATS.c.points_debt + bindparam("change"))
)
_DRAW = Prepared(
    update(_LOTS)
    .where(_LOTS.c.id == bindparam("lot"))
    .values(remaining=_LOTS.c.remaining - bindparam("part"))
)
_LOCK = Prepared(select(_STATS.c.points_debt, _STATS.c.points_held).where(_OWN).with_for_update())
_OF_KEY = Prepared(select(_ENTRIES.c.id).where(_ENTRIES.c.key == bindparam("key")))


def lock(session: Session, patient_id: int) -> Any:
    """Keep a patient's summary row until the transaction ends; its points_debt and points_held."""
    row = _LOCK.first(session, patient=patient_id)
    if row is None:
        raise Refusal("patient_unknown")
    return row


def is_written(session: Session, key: str) -> bool:
    """Whether the ledger has an entry of this key."""
    return _OF_KEY.scalar(session, key=key) is not None


def entry_row(
    patient_id: int, kind: str, points: int, key: str, at: datetime, actor: Actor, **more: Any
) -> dict[str, Any]:
    """The columns of a ledger entry."""
    return {
        "patient_id": patient_id,
        "kind": kind,
        "points": points,
        "key": key,
        "at": at,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "rule": "",
        **more,
    }


def add_to_balance(session: Session, patient_id: int, change: int) -> int:
    """Change the cached balance; the patient's debt, untouched by it."""
    return int(_ADD_TO_BALANCE.scalar(session, patient=patient_id, change=change))


def change_debt(session: Session, patient_id: int, change: int) -> None:
    if change:
        _CHANGE_DEBT.run(session, patient=patient_id, change=change)


def draw(session: Session, parts: Iterable[tuple[int, int]]) -> None:
    """Take parts out of lots; negative ones go back in."""
    rows = [{"lot": lot, "part": part} for lot, part in parts if part]
    if rows:
        _DRAW.run_many(session, rows)


def remember_uses(session: Session, entry_id: int, parts: Iterable[tuple[int, int]]) -> None:
    """Keep which lots an entry drew on, so that undoing it finds them (P11)."""
    _insert_uses.many(session, [{"entry_id": entry_id, "lot_id": lot, "points": part} for lot, part in parts])


def debit(session: Session, entry: dict[str, Any], lots: Iterable[OpenLot], covered: int = 0) -> None:
    """Write a debit, drawing on the lots in the given order; what they lack becomes debt (P10).

    ``covered`` points need no lot: an entry just written has brought them back.
    """
    entry_id = add_entry(session, entry)
    if entry_id is None:
        return
    taken, missing = rules.plan_debit(lots, -entry["points"] - covered)
    draw(session, taken)
    remember_uses(session, entry_id, taken)
    add_to_balance(session, entry["patient_id"], entry["points"])
    change_debt(session, entry["patient_id"], missing)
