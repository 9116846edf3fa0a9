"""The visit part of a patient's summary row."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.database import table_of
from loyalty.kernel.prepared import Prepared
from loyalty.patients.models import PatientStats
from loyalty.patients.queries import STANDING, hold_summary
from loyalty.visits.models import Visit
from loyalty.visits.queries import COUNTED

_VISITS = table_of(Visit)
_STATS = table_of(PatientStats)
_COUNTS = COUNTED & (_VISITS.c.patient_id == bindparam("patient"))
_SPENT = func.coalesce(func.sum(_VISITS.c.paid_minor - _VISITS.c.refunded_minor), 0)


def _review(count: ColumnElement[int]) -> Prepared:
    return Prepared(
        update(_STATS)
        .where(_STATS.c.patient_id == bindparam("patient"))
        .values(
            visit_count=select(count).select_from(_VISITS).where(_COUNTS).scalar_subquery(),
            first_visit_at=select(func.min(_VISITS.c.completed_at)).where(_COUNTS).scalar_subquery(),
            last_visit_at=select(func.max(_VISITS.c.completed_at)).where(_COUNTS).scalar_subquery(),
            spend_minor=select(_SPENT)
            .where(_VISITS.c.patient_id == bindparam("patient"), _VISITS.c.status == "completed")
            .scalar_subquery(),
        )
        .returning(*STANDING)
    )


_REVIEW = _review(func.count())
_REVIEW_DAYS = _review(func.count(_VISITS.c.completed_on.distinct()))


def review_visit_count(session: Session, patient_id: int, setup: Programme) -> Any:
    """Bring the visit part of the summary row in line with the facts (M2); what the row now says.

    A visit counts when it is completed, paid, and not wholly refunded; with the option
    ``visits.one_per_day`` at most one of a local day does.
    """
    hold_summary(session, patient_id)
    review = _REVIEW_DAYS if setup.settings["visits.one_per_day"] else _REVIEW
    return review.first(session, patient=patient_id)
