"""What a patient has, may spend and loses next."""

from datetime import date

from sqlalchemy import String, bindparam, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.prepared import Prepared
from loyalty.patients.models import PatientStats
from loyalty.points.models import LedgerEntry, Lot, LotUse
from loyalty.points.rules import OpenLot, Rate, Use
from loyalty.points.rules.earning import Weighed

_LOTS = table_of(Lot)
_STATS = table_of(PatientStats)
_ENTRIES = table_of(LedgerEntry)
_USES = table_of(LotUse)
_IS_OPEN = (
    (_LOTS.c.patient_id == bindparam("patient"))
    & (_LOTS.c.remaining > 0)
    & or_(_LOTS.c.valid_to.is_(None), _LOTS.c.valid_to >= bindparam("today"))
)
_ENDS = _ENTRIES.alias("ends")
#: Whether a lot's end is in the ledger; the key is that of ``operations.expiry``.
END_IS_RECORDED = exists().where(
    _ENDS.c.key == literal("lot:") + cast(_LOTS.c.id, String) + literal(":expire")
)
_OPEN = Prepared(select(_LOTS.c.id, _LOTS.c.remaining, _LOTS.c.valid_to).where(_IS_OPEN))
_AVAILABLE = select(
    select(func.coalesce(func.sum(_LOTS.c.remaining), 0)).where(_IS_OPEN).scalar_subquery()
    - func.coalesce(
        select(_STATS.c.points_debt + _STATS.c.points_held)
        .where(_STATS.c.patient_id == bindparam("patient"))
        .scalar_subquery(),
        0,
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

    What is put on a visit to come is not free to be spent. Lots past their last day do not count, whether
    or not the job has recorded it (TM4).
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


def uses_of(session: Session, redeem_key: str) -> tuple[int | None, list[Use]]:
    """The entry of a redemption and what it took from which lots and has not got back (P11)."""
    left = _USES.c.points - _USES.c.restored
    rows = session.execute(
        select(_ENTRIES.c.id, _USES.c.lot_id, left, _LOTS.c.valid_to, END_IS_RECORDED)
        .join(_USES, _USES.c.entry_id == _ENTRIES.c.id)
        .join(_LOTS, _LOTS.c.id == _USES.c.lot_id)
        .where(_ENTRIES.c.key == redeem_key)
    ).all()
    return (rows[0].id if rows else None), [Use(*row[1:]) for row in rows]


def rate_of(programme: Programme, tier: str | None, weighed: Weighed | None = None) -> Rate:
    """The rate at which a patient of a tier earns today (P2), with what earning rules made of it."""
    multiplier = programme.settings[f"tiers.{tier}.multiplier_percent"] if tier else 100
    money = programme.minor(programme.settings["points.money_per_point"])
    if weighed is None or not weighed.whole:
        return Rate(money, multiplier)
    return Rate(money, multiplier, weighed.part, weighed.whole)
