"""Whose points have to be spoken of: balances once a month, and lots that end soon (P14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, func, literal_column, or_, select
from sqlalchemy.orm import Session

from loyalty.patients.models import PatientStats
from loyalty.points.models import Lot


@dataclass(frozen=True, slots=True)
class Ending:
    """Points of one patient that end on one day, out of these lots."""

    patient_id: int
    lot_ids: tuple[int, ...]
    points: int
    valid_to: date


def due_for_balance_notice(
    session: Session, today: date, after_patient_id: int, limit: int
) -> list[Row[int, int]]:
    """Patients who may spend something on a local day, as (patient_id, points), by their ids (P14)."""
    left = (
        select(func.coalesce(func.sum(Lot.remaining), 0))
        .where(
            Lot.patient_id == PatientStats.patient_id,
            Lot.remaining > 0,
            or_(Lot.valid_to.is_(None), Lot.valid_to >= today),
        )
        .correlate(PatientStats)
        .scalar_subquery()
    )
    points = left - PatientStats.points_debt - PatientStats.points_held
    return list(
        session.execute(
            select(PatientStats.patient_id, points.label("points"))
            .where(PatientStats.patient_id > after_patient_id, PatientStats.points_balance > 0, points > 0)
            .order_by(PatientStats.patient_id)
            .limit(limit)
        )
    )


def due_for_expiry_warning(
    session: Session, today: date, days: int, after_lot_id: int, limit: int
) -> list[Ending]:
    """What ends within so many days, one row a patient and last day, by the row's first lot.

    Go on after the first lot of the last row. Who was told about a lot before is the message's own key's
    business (P14).
    """
    is_left = Lot.remaining > literal_column("0")
    ends_soon = is_left, Lot.valid_to >= today, Lot.valid_to <= today + timedelta(days=days)
    first = func.min(Lot.id)
    groups: Sequence[Any] = session.execute(
        select(Lot.patient_id, Lot.valid_to, func.sum(Lot.remaining))
        .where(*ends_soon)
        .group_by(Lot.patient_id, Lot.valid_to)
        .having(first > after_lot_id)
        .order_by(first)
        .limit(limit)
    ).all()
    lots: dict[tuple[int, date], list[int]] = {}
    patients = {row.patient_id for row in groups}
    for lot in session.execute(
        select(Lot.id, Lot.patient_id, Lot.valid_to)
        .where(Lot.patient_id.in_(patients), *ends_soon)
        .order_by(Lot.id)
    ):
        lots.setdefault((lot.patient_id, lot.valid_to), []).append(lot.id)
    return [
        Ending(patient_id, tuple(lots[patient_id, valid_to]), points, valid_to)
        for patient_id, valid_to, points in groups
    ]
