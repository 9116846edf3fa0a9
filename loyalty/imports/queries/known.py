"""The people and visits that rows speak of, read for many rows with a few statements (I1)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from loyalty.imports.rules.known import Person
from loyalty.kernel.database import connection_of, table_of
from loyalty.patients.models import Patient
from loyalty.visits.models import Refund, Visit

_PATIENTS = table_of(Patient)
_VISITS = table_of(Visit)
_REFUNDS = table_of(Refund)
_PERSON = select(
    _PATIENTS.c.id,
    _PATIENTS.c.external_id,
    _PATIENTS.c.name,
    _PATIENTS.c.phone,
    _PATIENTS.c.email,
    _PATIENTS.c.birth_date,
    _PATIENTS.c.sex,
    _PATIENTS.c.language,
    _PATIENTS.c.tags,
    _PATIENTS.c.deceased_on,
    _PATIENTS.c.merged_into_id,
).order_by(_PATIENTS.c.id)
_VISIT = select(
    _VISITS.c.id,
    _VISITS.c.external_id,
    _VISITS.c.patient_id,
    _VISITS.c.status,
    _VISITS.c.scheduled_at,
    _VISITS.c.completed_at,
    _VISITS.c.gross_minor,
    _VISITS.c.due_minor,
    _VISITS.c.paid_minor,
    _VISITS.c.refunded_minor,
)


def people_with_ids(session: Session, ids: Collection[int]) -> list[Person]:
    """The patients of these ids, merged ones too."""
    return _people(session, _PATIENTS.c.id.in_(ids)) if ids else []


def people_with_external_ids(session: Session, external_ids: Collection[str]) -> list[Person]:
    """The patients of these external ids, merged ones too: such a row must be told, not made anew."""
    return _people(session, _PATIENTS.c.external_id.in_(external_ids)) if external_ids else []


def people_with_phones(session: Session, phones: Collection[str]) -> list[Person]:
    """Everybody behind these phones in E.164, families included (I2)."""
    if not phones:
        return []
    return _people(session, _PATIENTS.c.phone.in_(phones), _PATIENTS.c.merged_into_id.is_(None))


def people_without_phone(session: Session, search_names: Collection[str]) -> list[Person]:
    """Those of these names of whom no phone is known."""
    if not search_names:
        return []
    return _people(
        session,
        _PATIENTS.c.search_name.in_(search_names),
        _PATIENTS.c.phone.is_(None),
        _PATIENTS.c.merged_into_id.is_(None),
    )


def _people(session: Session, *conditions: ColumnElement[bool]) -> list[Person]:
    rows = connection_of(session).execute(_PERSON.where(*conditions))
    return [
        Person(
            *row[:8],  # id to language
            tags=tuple(row.tags or ()),
            deceased_on=row.deceased_on,
            is_merged=row.merged_into_id is not None,
        )
        for row in rows
    ]


def visits_with_external_ids(session: Session, external_ids: Collection[str]) -> list[Any]:
    """Rows of visits with these external ids."""
    return _visit_rows(session, _VISITS.c.external_id.in_(external_ids)) if external_ids else []


def completed_visits_of(session: Session, patient_ids: Collection[int]) -> list[Any]:
    """Rows of the patients' completed visits, any of which a row of money given back may mean."""
    if not patient_ids:
        return []
    return _visit_rows(session, _VISITS.c.patient_id.in_(patient_ids), _VISITS.c.status == "completed")


def _visit_rows(session: Session, *conditions: ColumnElement[bool]) -> list[Any]:
    return list(connection_of(session).execute(_VISIT.where(*conditions)))


def moment_of(row: Any) -> datetime:
    """When a visit was completed, else when it is planned."""
    moment: datetime = row.completed_at or row.scheduled_at
    return moment


def refunds_with_external_ids(session: Session, external_ids: Iterable[str]) -> dict[str, int]:
    """What was given back under these ids, in minor units."""
    wanted = list(external_ids)
    if not wanted:
        return {}
    rows = connection_of(session).execute(
        select(_REFUNDS.c.external_id, _REFUNDS.c.amount_minor).where(_REFUNDS.c.external_id.in_(wanted))
    )
    return {row.external_id: row.amount_minor for row in rows}
