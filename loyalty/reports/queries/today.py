from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from loyalty.kernel.clock import ClinicCalendar
from loyalty.messaging.models import Message
from loyalty.patients.models import PatientStats
from loyalty.points.models import Lot
from loyalty.referrals.models import Referral
from loyalty.visits.models import AppointmentRequest, Visit

_OUT = ("accepted", "sent", "delivered", "read")
_GIVEN_UP = ("skipped", "expired", "failed")


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A local day's visits: ``booked`` are all that were not called off, ``waiting`` have yet to come."""

    booked: int
    arrived: int
    unconfirmed: int


@dataclass(frozen=True, slots=True)
class Liability:
    """Points that patients hold and how many of them end with ``ending_on`` (P5)."""

    points: int
    ending: int
    ending_on: date


@dataclass(frozen=True, slots=True)
class StepOfDay:
    """One kind of message of a day: how many were planned, went out, or were given up."""

    step: str
    planned: int
    out: int
    given_up: int


def day_figures(session: Session, start: datetime, end: datetime) -> DayFigures:
    """Booked, arrived and not yet confirmed visits of [start, end)."""
    came = Visit.status.in_(("arrived", "completed"))
    row = session.execute(
        select(
            func.count().filter(Visit.status.in_(("booked", "arrived", "completed"))),
            func.count().filter(came),
            func.count().filter(Visit.status == "booked", Visit.confirmed_at.is_(None)),
        ).where(Visit.scheduled_at >= start, Visit.scheduled_at < end)
    ).one()
    return DayFigures(*row)


def _per_period(
    session: Session,
    moment: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    bounds: Sequence[datetime],
    *conditions: ColumnElement[bool],
) -> list[int]:
    """Rows of each period between neighbouring bounds, oldest first, in one statement."""
    columns = [func.count(case((and_(moment >= start, moment < end), 1))) for start, end in pairwise(bounds)]
    return list(session.execute(select(*columns).where(moment >= bounds[0], *conditions)).one())


def month_bounds(calendar: ClinicCalendar, now: datetime, months: int) -> list[datetime]:
    """The first instants of the last ``months`` clinic months and of the next one."""
    present = calendar.month_of(now)
    return [calendar.month_bounds(present.plus(back))[0] for back in range(1 - months, 2)]


def visits_per_month(session: Session, bounds: Sequence[datetime]) -> list[int]:
    return _per_period(session, Visit.completed_at, bounds)


def friends_per_month(session: Session, bounds: Sequence[datetime]) -> list[int]:
    """Friends who were introduced in each month and whose way was not cut off (F7)."""
    return _per_period(
        session,
        Referral.attributed_at,
        bounds,
        or_(Referral.end_reason.is_(None), Referral.stage.not_in(("rejected", "reversed"))),
    )


def requests_per_month(session: Session, bounds: Sequence[datetime]) -> list[int]:
    return _per_period(session, AppointmentRequest.created_at, bounds)


def liability(session: Session, *, today: date, ending_on: date) -> Liability:
    """Points outstanding, and those whose last day is ``ending_on`` or earlier but not yet past.

    The same number as the liability report's: what somebody owes takes nothing off what others may use, and
    what has ended counts no more though the job has not recorded it yet (TM4).
    """
    kept = PatientStats.points_balance + PatientStats.points_debt
    ended = select(func.coalesce(func.sum(Lot.remaining), 0)).where(Lot.remaining > 0, Lot.valid_to < today)
    outstanding = select(func.coalesce(func.sum(kept), 0) - ended.scalar_subquery()).scalar_subquery()
    ending = (
        select(func.coalesce(func.sum(Lot.remaining), 0))
        .where(Lot.valid_to >= today, Lot.valid_to <= ending_on)
        .scalar_subquery()
    )
    points, soon = session.execute(select(outstanding, ending)).one()
    return Liability(int(points), int(soon), ending_on)


def messages_of_day(session: Session, start: datetime, end: datetime) -> list[StepOfDay]:
    """The messages due in [start, end) by step, most first."""
    total = func.count()
    rows = session.execute(
        select(
            Message.step,
            total,
            func.count().filter(Message.state.in_(_OUT)),
            func.count().filter(Message.state.in_(_GIVEN_UP)),
        )
        .where(Message.due_at >= start, Message.due_at < end)
        .group_by(Message.step)
        .order_by(total.desc(), Message.step)
    )
    return [StepOfDay(*row) for row in rows]
