"""The visit part of a patient's summary row."""

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.database import connection_of, table_of
from loyalty.patients.models import PatientStats
from loyalty.visits.models import Visit

_VISITS = table_of(Visit)
_STATS = table_of(PatientStats)
_COUNTS = (
    (_VISITS.c.status == "completed")
    & (_VISITS.c.paid_minor >= _VISITS.c.due_minor)
    & ((_VISITS.c.refunded_minor < _VISITS.c.paid_minor) | (_VISITS.c.paid_minor == 0))
    & (_VISITS.c.patient_id == bindparam("patient"))
)
_SPENT = func.coalesce(func.sum(_VISITS.c.paid_minor - _VISITS.c.refunded_minor), 0)
_REVIEW = (
    update(_STATS)
    .where(_STATS.c.patient_id == bindparam("patient"))
    .values(
        visit_count=select(func.count()).select_from(_VISITS).where(_COUNTS).scalar_subquery(),
        first_visit_at=select(func.min(_VISITS.c.completed_at)).where(_COUNTS).scalar_subquery(),
        last_visit_at=select(func.max(_VISITS.c.completed_at)).where(_COUNTS).scalar_subquery(),
        spend_minor=select(_SPENT)
        .where(_VISITS.c.patient_id == bindparam("patient"), _VISITS.c.status == "completed")
        .scalar_subquery(),
    )
)


_DAYS = select(_VISITS.c.completed_at).where(_COUNTS)
_SET_COUNT = (
    update(_STATS)
    .where(_STATS.c.patient_id == bindparam("patient"))
    .values(visit_count=bindparam("count"))
)


def review_visit_count(session: Session, patient_id: int, setup: Programme) -> None:
    """Bring the visit part of the summary row in line with the facts (M2).

    A visit counts when it is completed, paid, and not wholly refunded; with the option
    ``visits.one_per_day`` at most one of a local day does.
    """
    run = connection_of(session).execute
    run(_REVIEW, {"patient": patient_id})
    if setup.settings["visits.one_per_day"]:
        days = {setup.calendar.day_of(at) for at in run(_DAYS, {"patient": patient_id}).scalars()}
        run(_SET_COUNT, {"patient": patient_id, "count": len(days)})
