"""What counts for whom, over the three periods of a review, as parts of statements over many patients."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, or_, select, true
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.clock import ClinicCalendar
from loyalty.kernel.database import table_of
from loyalty.patients.models import PatientStats
from loyalty.patients.queries import STANDING
from loyalty.referrals.models import Referral
from loyalty.tiers.rules import LIFETIME, TIERS, Looks, Period, Rung, ladder, looks
from loyalty.visits.models import Visit
from loyalty.visits.queries import COUNTED

STATS = table_of(PatientStats)
_VISITS = table_of(Visit).c
_REFERRALS = table_of(Referral).c
#: Chooses the patients of a statement, by the column that names them.
Who = Callable[[ColumnElement[int]], ColumnElement[bool]]
_LOOKS = ("now", "ahead", "behind")


def everybody(_patient_id: ColumnElement[int]) -> ColumnElement[bool]:
    return true()


def rank_of(tier: ColumnElement[Any]) -> ColumnElement[int]:
    """How high a tier stands, as ``rules.rank`` has it."""
    return case(*((tier == name, number) for number, name in enumerate(TIERS, 1)), else_=0)


def rank_reached(
    rungs: tuple[Rung, ...], visits: ColumnElement[int], friends: ColumnElement[int]
) -> ColumnElement[int]:
    """The rank of the highest tier that counts reach, as ``rules.tier_for`` has it (M1)."""
    reached = [
        (or_(*ways), number)
        for number, rung in reversed(list(enumerate(rungs, 1)))
        if (ways := _ways(rung, visits, friends))
    ]
    return case(*reached, else_=0) if reached else literal(0)


def _ways(rung: Rung, visits: ColumnElement[int], friends: ColumnElement[int]) -> list[ColumnElement[bool]]:
    by_visits = [visits >= rung.visits] if rung.visits else []
    return by_visits + ([friends >= rung.referrals] if rung.referrals else [])


def standings(setup: Programme, today: date, who: Who = everybody) -> Select[Any]:
    """Of each patient: her standing, and as ``now``, ``ahead`` and ``behind`` the ranks she reaches."""
    rungs = ladder(setup.settings)
    if setup.settings["tiers.window"] == LIFETIME:
        reached = rank_reached(rungs, STATS.c.visit_count, STATS.c.referral_count)
        ranks = [reached.label(name) for name in _LOOKS]
        return select(STATS.c.patient_id, *STANDING, *ranks).where(who(STATS.c.patient_id))
    seen = looks(setup.settings, today)
    visits = _visits(seen, one_per_day=setup.settings["visits.one_per_day"], who=who)
    friends = _friends(seen, setup.calendar, who)
    ranks = [
        rank_reached(rungs, func.coalesce(visits.c[name], 0), func.coalesce(friends.c[name], 0)).label(name)
        for name in _LOOKS
    ]
    joined = STATS.outerjoin(visits, visits.c.patient_id == STATS.c.patient_id)
    joined = joined.outerjoin(friends, friends.c.patient_id == STATS.c.patient_id)
    return select(STATS.c.patient_id, *STANDING, *ranks).select_from(joined).where(who(STATS.c.patient_id))


def _visits(seen: Looks, *, one_per_day: bool, who: Who) -> Subquery:
    """Counted visits of each patient in the three periods (M2)."""

    def count(days: Period) -> ColumnElement[int]:
        found = case((_within(_VISITS.completed_on, days.first, days.last), _VISITS.completed_on))
        return func.count(found.distinct() if one_per_day else found)

    return (
        select(_VISITS.patient_id, *_counts(seen, count))
        .where(COUNTED, _within(_VISITS.completed_on, seen.earliest, None), who(_VISITS.patient_id))
        .group_by(_VISITS.patient_id)
        .subquery("visits_counted")
    )


def _friends(seen: Looks, calendar: ClinicCalendar, who: Who) -> Subquery:
    """Counted friends of each patient in the three periods, by the day of the friend's first visit (M3)."""

    def qualified(days: Period) -> ColumnElement[bool]:
        first = calendar.day_bounds(days.first)[0] if days.first else None
        end = calendar.day_bounds(days.last)[1] if days.last else None
        column = _REFERRALS.qualified_at
        return and_(true() if first is None else column >= first, true() if end is None else column < end)

    def count(days: Period) -> ColumnElement[int]:
        return func.count(case((qualified(days), _REFERRALS.id)))

    return (
        select(_REFERRALS.referrer_id.label("patient_id"), *_counts(seen, count))
        .where(_REFERRALS.stage == "qualified", qualified(Period(seen.earliest)), who(_REFERRALS.referrer_id))
        .group_by(_REFERRALS.referrer_id)
        .subquery("friends_counted")
    )


def _counts(seen: Looks, count: Callable[[Period], ColumnElement[int]]) -> list[ColumnElement[int]]:
    return [count(getattr(seen, name)).label(name) for name in _LOOKS]


def _within(day: ColumnElement[date], first: date | None, last: date | None) -> ColumnElement[bool]:
    return and_(true() if first is None else day >= first, true() if last is None else day <= last)


def counted(
    session: Session, *, patient_id: int, visits: int, referrals: int, setup: Programme, today: date
) -> tuple[int, int]:
    """Visits and friends that count for a patient today (M4), given those of her summary row.

    A lifetime's are just these, without a statement.
    """
    if setup.settings["tiers.window"] == LIFETIME:
        return visits, referrals
    seen = looks(setup.settings, today)

    def hers(column: ColumnElement[int]) -> ColumnElement[bool]:
        return column == patient_id

    made = _visits(seen, one_per_day=setup.settings["visits.one_per_day"], who=hers)
    helped = _friends(seen, setup.calendar, hers)
    found = session.execute(
        select(
            func.coalesce(select(made.c.now).scalar_subquery(), 0),
            func.coalesce(select(helped.c.now).scalar_subquery(), 0),
        )
    ).one()
    return found[0], found[1]
