from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from loyalty.clinic.models import Staff
from loyalty.patients.models import Patient
from loyalty.points.models import EarningRule, ManualEntry

_Decider = aliased(Staff)


@dataclass(frozen=True, slots=True)
class ManualRow:
    """A manual entry with the names behind its numbers; ``asked_by`` is None for all but people (P15)."""

    entry: ManualEntry
    patient_name: str
    asked_by: str | None
    decided_by: str | None

    def is_by(self, staff_id: int) -> bool:
        """Whether this person asked for it: she cannot decide about it."""
        return self.entry.requested_by_kind == "staff" and self.entry.requested_by_id == staff_id


def waiting_points(session: Session, *, limit: int = 100) -> list[ManualRow]:
    """What waits for a second person, the oldest first."""
    return _rows(
        session,
        _named()
        .where(ManualEntry.state == "waiting")
        .order_by(ManualEntry.requested_at, ManualEntry.id)
        .limit(limit),
    )


def decided_points(session: Session, *, limit: int) -> list[ManualRow]:
    """What a second person has decided, the latest first."""
    return _rows(
        session,
        _named()
        .where(ManualEntry.decided_at.is_not(None))
        .order_by(ManualEntry.decided_at.desc(), ManualEntry.id.desc())
        .limit(limit),
    )


def open_points_of(session: Session, patient_id: int) -> list[ManualRow]:
    """What of a patient's waits or was refused, the latest first: it stands in no ledger."""
    return _rows(
        session,
        _named()
        .where(ManualEntry.patient_id == patient_id, ManualEntry.state != "posted")
        .order_by(ManualEntry.id.desc())
        .limit(10),
    )


def occasions(session: Session, today: date) -> list[EarningRule]:
    """The earning rules in force that staff apply by hand, each with its own number of points."""
    return list(
        session.scalars(
            select(EarningRule)
            .where(
                EarningRule.trigger == "manual",
                EarningRule.state == "active",
                EarningRule.points.is_not(None),
                or_(EarningRule.valid_from.is_(None), EarningRule.valid_from <= today),
                or_(EarningRule.valid_to.is_(None), EarningRule.valid_to >= today),
            )
            .order_by(EarningRule.priority.desc(), EarningRule.id)
        )
    )


def _named() -> Any:
    return (
        select(ManualEntry, Patient.name, Staff.name, _Decider.name)
        .join(Patient, Patient.id == ManualEntry.patient_id)
        .outerjoin(
            Staff, and_(ManualEntry.requested_by_kind == "staff", Staff.id == ManualEntry.requested_by_id)
        )
        .outerjoin(_Decider, _Decider.id == ManualEntry.decided_by_id)
    )


def _rows(session: Session, query: Select[Any]) -> list[ManualRow]:
    return [ManualRow(*row) for row in session.execute(query)]
