from collections.abc import Sequence
from datetime import date

from sqlalchemy import Row, bindparam, func, or_, select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.prepared import Prepared
from loyalty.patients.models import PatientStats
from loyalty.points.models import LedgerEntry, Lot
from loyalty.points.rules import OpenLot, Rate

_LOTS = table_of(Lot)
_STATS = table_of(PatientStats)
_IS_OPEN = (
    (_LOTS.c.patient_id == bindparam("patient"))
    & (_LOTS.c.remaining > 0)
    & or_(_LOTS.c.valid_to.is_(None), _LOTS.c.valid_to >= bindparam("today"))
)
_OPEN = Prepared(select(_LOTS.c.id, _LOTS.c.remaining, _LOTS.c.valid_to).where(_IS_OPEN))
_AVAILABLE = select(
    select(func.coalesce(func.sum(_LOTS.c.remaining), 0)).where(_IS_OPEN).scalar_subquery()
    - func.coalesce(
        select(_STATS.c.points_debt).where(_STATS.c.patient_id == bindparam("patient")).scalar_subquery(), 0
    )
)
_NEXT = (
    select(_LOTS.c.valid_to, func.sum(_LOTS.c.remaining))
    .where(_IS_OPEN, _LOTS.c.valid_to.is_not(None))
    .group_by(_LOTS.c.valid_to)
    .order_by(_LOTS.c.valid_to)
    .limit(1)
)


def available(session: Session, patient_id: int, today: date) -> int:
    """Points the patient may spend on a local day: open lots less debt, negative while in debt (P10).

    Lots past their last day do not count, whether or not the job has recorded it (TM4).
    """
    return connection_of(session).execute(_AVAILABLE, {"patient": patient_id, "today": today}).scalar_one()  # type: ignore[no-any-return]


def next_expiry(session: Session, patient_id: int, today: date) -> tuple[int, date] | None:
    """How many points end next, and their last day; None when nothing ends."""
    row = connection_of(session).execute(_NEXT, {"patient": patient_id, "today": today}).one_or_none()
    return None if row is None else (row[1], row[0])


def open_lots(session: Session, patient_id: int, today: date) -> list[OpenLot]:
    """The lots that may still be spent on a local day, in no particular order."""
    rows = _OPEN.all(session, patient=patient_id, today=today)
    return [OpenLot(row.id, row.remaining, row.valid_to) for row in rows]


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


def outstanding(session: Session, today: date) -> int:
    """All points that patients may still spend on a local day."""
    return (
        session.scalar(
            select(func.coalesce(func.sum(Lot.remaining), 0)).where(
                Lot.remaining > 0, or_(Lot.valid_to.is_(None), Lot.valid_to >= today)
            )
        )
        or 0
    )


def entries_of_visit(session: Session, visit_id: int) -> Sequence[Row[str, int]]:
    """What a visit did to its patient's points, as (kind, points)."""
    return session.execute(
        select(LedgerEntry.kind, LedgerEntry.points)
        .where(LedgerEntry.visit_id == visit_id)
        .order_by(LedgerEntry.id)
    ).all()


def rate_of(programme: Programme, tier: str | None) -> Rate:
    """The rate at which a patient of a tier earns today (P2)."""
    multiplier = programme.settings[f"tiers.{tier}.multiplier_percent"] if tier else 100
    return Rate(programme.minor(programme.settings["points.money_per_point"]), multiplier)
