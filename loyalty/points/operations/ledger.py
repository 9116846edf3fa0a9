"""Credits, redemptions and reversals: the only ways points move."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.database import table_of
from loyalty.kernel.events import note
from loyalty.kernel.once import InsertOnce, InsertRow
from loyalty.kernel.prepared import Prepared
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import PatientStats
from loyalty.points import queries, rules
from loyalty.points.events import PointsChanged
from loyalty.points.models import LedgerEntry, Lot, LotUse
from loyalty.points.rules import OpenLot

_ENTRIES = table_of(LedgerEntry)
_LOTS = table_of(Lot)
_STATS = table_of(PatientStats)
_USES = table_of(LotUse)
_add_entry = InsertOnce(_ENTRIES, key=(_ENTRIES.c.key,), returning=_ENTRIES.c.id)
_insert_lot = InsertRow(_LOTS)
_insert_uses = InsertRow(_USES)
_ADD_TO_BALANCE = Prepared(
    update(_STATS)
    .where(_STATS.c.patient_id == bindparam("patient"))
    .values(points_balance=_STATS.c.points_balance + bindparam("change"))
    .returning(_STATS.c.points_debt)
)
_CHANGE_DEBT = Prepared(
    update(_STATS)
    .where(_STATS.c.patient_id == bindparam("patient"))
    .values(points_debt=_STATS.c.points_debt + bindparam("change"))
)
_DRAW = Prepared(
    update(_LOTS)
    .where(_LOTS.c.id == bindparam("lot"))
    .values(remaining=_LOTS.c.remaining - bindparam("part"))
)
_LOCK = Prepared(
    select(_STATS.c.points_debt).where(_STATS.c.patient_id == bindparam("patient")).with_for_update()
)
_OF_KEY = Prepared(select(_ENTRIES.c.id).where(_ENTRIES.c.key == bindparam("key")))


def credit(
    session: Session,
    *,
    patient_id: int,
    points: int,
    kind: str,
    key: str,
    now: datetime,
    valid_to: date | None,
    actor: Actor = SYSTEM,
    at: datetime | None = None,
    rule: str = "",
    rate: rules.Rate | None = None,
    visit_id: int | None = None,
    referral_id: int | None = None,
    reason: str | None = None,
    quiet: bool = False,
) -> bool:
    """Give points as a lot of their own (P5); False when this key was credited before (P4).

    A balance below zero is filled first: that part opens no lot (P10).
    """
    if points <= 0:
        return False
    entry_id = _add_entry(
        session,
        _entry(
            patient_id,
            kind,
            points,
            key,
            at or now,
            actor,
            rule=rule,
            valid_to=valid_to,
            visit_id=visit_id,
            referral_id=referral_id,
            money_per_point_minor=rate.money_per_point_minor if rate else None,
            multiplier_percent=rate.multiplier_percent if rate else None,
            reason=reason,
        ),
    )
    if entry_id is None:
        return False
    debt = _ADD_TO_BALANCE.scalar(session, patient=patient_id, change=points)
    filled = min(debt, points)
    if filled:
        _CHANGE_DEBT.run(session, patient=patient_id, change=-filled)
    _insert_lot(
        session,
        {
            "entry_id": entry_id,
            "patient_id": patient_id,
            "points": points,
            "remaining": points - filled,
            "valid_to": valid_to,
        },
    )
    note(session, PointsChanged(patient_id, key, points, kind, quiet))
    return True


def _entry(
    patient_id: int, kind: str, points: int, key: str, at: datetime, actor: Actor, **more: Any
) -> dict[str, Any]:
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


def redeem(
    session: Session,
    *,
    patient_id: int,
    points: int,
    key: str,
    today: date,
    actor: Actor,
    now: datetime,
    visit_id: int | None = None,
    reason: str | None = None,
    quiet: bool = False,
) -> bool:
    """Spend points, the earliest ending first (P6); False when this key was spent before.

    Checked under a lock on the patient's summary row: of two that do not fit together the second is
    refused with ``not_enough_points`` (P7), as is any while the balance is not above zero (P10).
    """
    rules.check_amount(points)
    debt = _LOCK.scalar(session, patient=patient_id)
    if _OF_KEY.scalar(session, key=key) is not None:
        return False
    lots = rules.order_of_use(queries.open_lots(session, patient_id, today))
    spendable = sum(lot.remaining for lot in lots) - debt
    if points > spendable:
        raise Refusal("not_enough_points", available=max(0, spendable))
    entry = _entry(patient_id, "redeem", -points, key, now, actor, visit_id=visit_id, reason=reason)
    _debit(session, entry, lots)
    note(session, PointsChanged(patient_id, key, -points, "redeem", quiet))
    return True


def _debit(session: Session, entry: dict[str, Any], lots: Iterable[OpenLot], covered: int = 0) -> None:
    """Write a debit, drawing on the lots in the given order; what they lack becomes debt (P10).

    ``covered`` points need no lot: an entry just written has brought them back.
    """
    entry_id = _add_entry(session, entry)
    if entry_id is None:
        return
    taken, missing = rules.plan_debit(lots, -entry["points"] - covered)
    if taken:
        _DRAW.run_many(session, [{"lot": lot, "part": part} for lot, part in taken])
        _insert_uses.many(
            session, [{"entry_id": entry_id, "lot_id": lot, "points": part} for lot, part in taken]
        )
    _ADD_TO_BALANCE.run(session, patient=entry["patient_id"], change=entry["points"])
    if missing:
        _CHANGE_DEBT.run(session, patient=entry["patient_id"], change=missing)


def reverse_credit(
    session: Session,
    *,
    patient_id: int,
    credit_key: str,
    points: int,
    key: str,
    today: date,
    actor: Actor,
    now: datetime,
    visit_id: int | None = None,
    refund_id: int | None = None,
    referral_id: int | None = None,
    reason: str | None = None,
    quiet: bool = False,
) -> bool:
    """Take back points of one credit: from its own lot first, then from the others (P9, P10).

    What had already ended by its last day is not taken a second time: its expiry is restored first, so
    that the outcome is the same whether or not the expiry job has run (TM4). False for a repeated key.
    """
    rules.check_amount(points)
    _LOCK.scalar(session, patient=patient_id)
    if _OF_KEY.scalar(session, key=key) is not None:
        return False
    own = session.execute(
        select(_LOTS.c.id, _LOTS.c.remaining, _LOTS.c.valid_to)
        .join(_ENTRIES, _ENTRIES.c.id == _LOTS.c.entry_id)
        .where(_ENTRIES.c.key == credit_key)
    ).one_or_none()
    lots = rules.order_of_use(queries.open_lots(session, patient_id, today))
    ended = 0
    if own is not None:
        ended = _restore_expiry(session, patient_id, own.id, points, key, actor, now)
        lots = [OpenLot(*own), *(lot for lot in lots if lot.id != own.id)]
    entry = _entry(
        patient_id,
        "reverse",
        -points,
        key,
        now,
        actor,
        visit_id=visit_id,
        refund_id=refund_id,
        referral_id=referral_id,
        reason=reason,
    )
    _debit(session, entry, lots, covered=ended)
    note(session, PointsChanged(patient_id, key, -points, "reverse", quiet))
    return True


def _restore_expiry(
    session: Session, patient_id: int, lot_id: int, wanted: int, cause: str, actor: Actor, now: datetime
) -> int:
    """Undo so much of a lot's recorded expiry as a reversal needs; how much that was."""
    expired = session.execute(
        select(func.coalesce(func.sum(_ENTRIES.c.points), 0)).where(
            (_ENTRIES.c.key == f"lot:{lot_id}:expire")
            | ((_ENTRIES.c.patient_id == patient_id) & (_ENTRIES.c.rule == f"lot:{lot_id}"))
        )
    ).scalar_one()
    restored = min(-int(expired), wanted)
    if restored > 0:
        entry = _entry(patient_id, "restore", restored, f"{cause}:restore", now, actor)
        _add_entry(session, {**entry, "rule": f"lot:{lot_id}"})
        _ADD_TO_BALANCE.run(session, patient=patient_id, change=restored)
    return restored
