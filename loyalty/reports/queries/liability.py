"""What the clinic still owes: points and gift certificates that may be used, by the month of their end."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from loyalty.kernel.clock import add_months
from loyalty.patients.models import Patient
from loyalty.points.models import Lot
from loyalty.rewards.models import Certificate
from loyalty.rewards.queries import liability_of_certificates

Day = InstrumentedAttribute[date | None]


@dataclass(frozen=True, slots=True)
class MonthOwed:
    """One month's sums; ``month`` is its first day, None for what never ends. Money in minor units."""

    month: date | None
    points: int = 0
    points_minor: int = 0
    certificates: int = 0
    certificates_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.points_minor + self.certificates_minor


@dataclass(frozen=True, slots=True)
class PointsHeld:
    """A patient's points that end in one month; ``first_end`` is the earliest last day among them."""

    patient_id: int
    name: str
    points: int
    first_end: date | None


@dataclass(frozen=True, slots=True)
class CertificateHeld:
    """A certificate with something left on it; it may belong to nobody yet."""

    id: int
    patient_id: int | None
    name: str | None
    recipient: str
    balance_minor: int
    valid_to: date | None


def owed_by_month(session: Session, *, today: date, point_minor: int) -> list[MonthOwed]:
    """All that may still be used on a local day, by the month of its last day; what never ends comes last.

    Points are worth ``point_minor`` each. What is past its last day is owed no more, whether or not the
    expiry job has run (TM4).
    """
    points = _points_by_month(session, today)
    certificates = {one.month: one for one in liability_of_certificates(session, today)}
    months = sorted(points.keys() | certificates.keys(), key=lambda month: month or date.max)
    found = []
    for month in months:
        held, cards = points.get(month, 0), certificates.get(month)
        count, amount = (cards.certificates, cards.amount_minor) if cards else (0, 0)
        found.append(MonthOwed(month, held, held * point_minor, count, amount))
    return found


def total_owed(months: Iterable[MonthOwed]) -> MonthOwed:
    """The sum of all months."""
    found = list(months)
    return MonthOwed(
        None,
        sum(one.points for one in found),
        sum(one.points_minor for one in found),
        sum(one.certificates for one in found),
        sum(one.certificates_minor for one in found),
    )


def points_of_month(
    session: Session, *, today: date, month: date | None, after: int | None = None, limit: int = 50
) -> list[PointsHeld]:
    """Who holds the points that end in a month, by patient; keyset by her number."""
    query = (
        select(Patient.id, Patient.name, func.sum(Lot.remaining), func.min(Lot.valid_to))
        .join(Patient, Patient.id == Lot.patient_id)
        .where(Lot.remaining > 0, _may_be_used(Lot.valid_to, today), _ends_in(Lot.valid_to, month))
        .group_by(Patient.id, Patient.name)
        .order_by(Patient.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Patient.id > after)
    return [PointsHeld(row[0], row[1], int(row[2]), row[3]) for row in session.execute(query)]


def certificates_of_month(
    session: Session, *, today: date, month: date | None, after: int | None = None, limit: int = 50
) -> list[CertificateHeld]:
    """The certificates that end in a month with something left on them; keyset by their number."""
    query = (
        select(
            Certificate.id,
            Certificate.patient_id,
            Patient.name,
            Certificate.recipient,
            Certificate.balance_minor,
            Certificate.valid_to,
        )
        .outerjoin(Patient, Patient.id == Certificate.patient_id)
        .where(_is_owed(today), _ends_in(Certificate.valid_to, month))
        .order_by(Certificate.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Certificate.id > after)
    return [CertificateHeld(*row) for row in session.execute(query)]


def _points_by_month(session: Session, today: date) -> dict[date | None, int]:
    """Points by the first day of the month; the days are few, whatever the number of lots."""
    rows = session.execute(
        select(Lot.valid_to, func.sum(Lot.remaining))
        .where(Lot.remaining > 0, _may_be_used(Lot.valid_to, today))
        .group_by(Lot.valid_to)
    )
    found: dict[date | None, int] = defaultdict(int)
    for day, points in rows:
        found[day.replace(day=1) if day else None] += int(points)
    return found


def _may_be_used(day: Day, today: date) -> ColumnElement[bool]:
    return or_(day.is_(None), day >= today)


def _is_owed(today: date) -> ColumnElement[bool]:
    return and_(
        Certificate.state == "active",
        Certificate.balance_minor > 0,
        _may_be_used(Certificate.valid_to, today),
    )


def _ends_in(day: Day, month: date | None) -> ColumnElement[bool]:
    if month is None:
        return day.is_(None)
    return and_(day >= month, day < add_months(month, 1))
