"""What the tests of points look at: balances that agree with the ledger, lots, entries."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.patients.models import Patient, PatientStats
from loyalty.points import operations as points
from loyalty.points.models import LedgerEntry, Lot
from tests.support.acting import commit
from tests.support.cast import LAN, NOON

TODAY = date(2026, 11, 17)
HOA = Actor("staff", 7)


def give(session: Session, patient: Patient, amount: int, key: str, valid_to: date | None = None) -> bool:
    """A credit with a last day of its own."""
    given = points.credit(
        session, patient_id=patient.id, points=amount, kind="adjust", key=key, valid_to=valid_to, now=NOON
    )
    commit(session, NOON)
    return given


def spend(session: Session, patient: Patient, amount: int, key: str = "spend", today: date = TODAY) -> bool:
    spent = points.redeem(
        session, patient_id=patient.id, points=amount, key=key, today=today, actor=LAN, now=NOON
    )
    commit(session, NOON)
    return spent


def restore(
    session: Session,
    patient: Patient,
    amount: int | None = None,
    *,
    key: str = "undo",
    of: str = "spend",
    today: date = TODAY,
    now: datetime = NOON,
) -> int:
    back = points.restore_redemption(
        session,
        patient_id=patient.id,
        redeem_key=of,
        key=key,
        points=amount,
        today=today,
        actor=LAN,
        now=now,
    )
    commit(session, now)
    return back


def lots(session: Session, patient: Patient) -> list[tuple[int, date | None]]:
    """What is left of each credit and its last day, in the order of the credits."""
    rows = session.execute(
        select(Lot.remaining, Lot.valid_to).where(Lot.patient_id == patient.id).order_by(Lot.id)
    )
    return [(row.remaining, row.valid_to) for row in rows]


def balance(session: Session, patient: Patient) -> int:
    """The cached balance, after making sure that it is the sum of entries and lots (P1)."""
    row = session.execute(
        select(PatientStats.points_balance, PatientStats.points_debt).where(
            PatientStats.patient_id == patient.id
        )
    ).one()
    entries = session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.points), 0)).where(LedgerEntry.patient_id == patient.id)
    )
    held = session.scalar(
        select(func.coalesce(func.sum(Lot.remaining), 0)).where(Lot.patient_id == patient.id)
    )
    assert row.points_balance == entries == held - row.points_debt
    return int(row.points_balance)


def entries(session: Session, patient: Patient, *kinds: str) -> list[tuple[str, str, int]]:
    """(key, rule, points) of a patient's entries, the first first."""
    query = select(LedgerEntry.key, LedgerEntry.rule, LedgerEntry.points).order_by(LedgerEntry.id)
    if kinds:
        query = query.where(LedgerEntry.kind.in_(kinds))
    return [tuple(row) for row in session.execute(query.where(LedgerEntry.patient_id == patient.id))]
