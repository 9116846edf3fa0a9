"""Credits, and debits that a patient or a person wants."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.events import note
from loyalty.kernel.refusal import Refusal
from loyalty.points import queries, rules
from loyalty.points.events import PointsChanged
from loyalty.points.operations import book


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
    rule_ids: list[int] | None = None,
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
    entry = book.entry_row(
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
        **_by_rules(rate, rule_ids),
    )
    entry_id = book.add_entry(session, entry)
    if entry_id is None:
        return False
    filled = min(book.add_to_balance(session, patient_id, points), points)
    book.change_debt(session, patient_id, -filled)
    book.insert_lot(
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


def _by_rules(rate: rules.Rate | None, rule_ids: list[int] | None) -> dict[str, Any]:
    """What only entries of earning rules have; the others leave these columns empty."""
    if not rule_ids:
        return {}
    weights = (rate.weight_part, rate.weight_whole) if rate else (None, None)
    return {"rule_ids": rule_ids, "weight_part": weights[0], "weight_whole": weights[1]}


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
    refused with ``not_enough_points`` (P7), as is any while the balance is not above zero (P10). What is
    held for a visit to come is not there to be spent.
    """
    entry = book.entry_row(patient_id, "redeem", -points, key, now, actor, visit_id=visit_id, reason=reason)
    return spend(session, entry, today=today, quiet=quiet)


def spend(session: Session, entry: dict[str, Any], *, today: date, quiet: bool = False) -> bool:
    """Write a debit that the lots must cover in full; False when its key is in the ledger already."""
    patient_id, points, key = entry["patient_id"], -entry["points"], entry["key"]
    rules.check_amount(points)
    summary = book.lock(session, patient_id)
    if book.is_written(session, key):
        return False
    lots = rules.order_of_use(queries.open_lots(session, patient_id, today))
    spendable = sum(lot.remaining for lot in lots) - summary.points_debt - summary.points_held
    if points > spendable:
        raise Refusal("not_enough_points", available=max(0, spendable))
    book.debit(session, entry, lots)
    note(session, PointsChanged(patient_id, key, -points, entry["kind"], quiet))
    return True
