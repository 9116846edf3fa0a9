"""What counts for whom, over the three periods of a review, as parts of statements over many patients."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, null, or_, select, true
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.clock import ClinicCalendar
from loyalty.kernel.database import table_of
from loyalty.patients.models import PatientStats
from loyalty.patients.queries import STANDING
from loyalty.referrals.models import Referral
from loyalty.tiers.rules import LIFETIME, TIERS, Period, Rung, ladder, looks, rank
from loyalty.visits.models import Visit
from loyalty.visits.queries import COUNTED

STATS = table_of(PatientStats)
_VISITS = table_of(Visit).c
_REFERRALS = table_of(Referral).c
#: Chooses the patients of a statement, by the column that names them.
Who = Callable[[ColumnElement[int]], ColumnElement[bool]]
_STANDING = tuple(column for column in STANDING if column.key.startswith("tier"))
LOOKS = ("now", "ahead", "behind")


def everybody(_patient_id: ColumnElement[int]) -> ColumnElement[bool]:
    return true()


def rank_of(tier: ColumnElement[Any]) -> ColumnElement[int]:
    """How high a tier stands, as ``rules.rank`` has it."""
    return case(*((tier == name, number) for number, name in enumerate(TIERS, 1)), else_=0)


def rank_reached(
    rungs: tuple[Rung, ...], visits: ColumnElement[int], friends: ColumnElement[int]
) -> ColumnElement[int]:
    """The rank of the highest tier that counts reach, as ``rules.tier_for`` has it (M1)."""
    reached = [(which, rank(tier)) for which, tier in _reached(rungs, visits, friends)]
    return case(*reached, else_=0) if reached else literal(0)


def tier_reached(
    rungs: tuple[Rung, ...], visits: ColumnElement[int], friends: ColumnElement[int]
) -> ColumnElement[str | None]:
    """The highest tier that counts reach, NULL for none (M1)."""
    reached = _reached(rungs, visits, friends)
    return case(*reached, else_=null()) if reached else literal(None)


def _reached(
    rungs: tuple[Rung, ...], visits: ColumnElement[int], friends: ColumnElement[int]
) -> list[tuple[ColumnElement[bool], str]]:
    return [(or_(*ways), rung.tier) for rung in reversed(rungs) if (ways := _ways(rung, visits, friends))]


def _ways(rung: Rung, visits: ColumnElement[int], friends: ColumnElement[int]) -> list[ColumnElement[bool]]:
    by_visits = [visits >= rung.visits] if rung.visits else []
    return by_visits + ([friends >= rung.referrals] if rung.referrals else [])


@dataclass(frozen=True, slots=True)
class Ranked:
    """A statement over patients with their standings, and the ranks they reach by its looks."""

    query: Select[Any]
    ranks: Mapping[str, ColumnElement[int]]
    #: The tier reached today, where no other look can differ from it.
    only_tier: ColumnElement[str | None] | None


def standings(setup: Programme, today: date, who: Who = everybody, names: tuple[str, ...] = LOOKS) -> Ranked:
    """Of each patient: her standing, and by the looks of that name the ranks she reaches."""
    rungs, wanted = ladder(setup.settings), who(STATS.c.patient_id)
    if setup.settings["tiers.window"] == LIFETIME:
        counts = STATS.c.visit_count, STATS.c.referral_count
        ranks = dict.fromkeys(names, rank_reached(rungs, *counts))
        return Ranked(_select(ranks).where(wanted), ranks, tier_reached(rungs, *counts))
    seen = looks(setup.settings, today)
    periods = {name: getattr(seen, name) for name in names}
    visits = _visits(periods, one_per_day=setup.settings["visits.one_per_day"], who=who)
    friends = _friends(periods, setup.calendar, who)
    counted = {
        days: (func.coalesce(visits.c[label], 0), func.coalesce(friends.c[label], 0))
        for days, label in _labels(periods).items()
    }
    ranks = {name: rank_reached(rungs, *counted[days]) for name, days in periods.items()}
    joined = STATS.outerjoin(visits, visits.c.patient_id == STATS.c.patient_id)
    joined = joined.outerjoin(friends, friends.c.patient_id == STATS.c.patient_id)
    only = tier_reached(rungs, *counted[periods["now"]]) if len(counted) == 1 else None
    return Ranked(_select(ranks).select_from(joined).where(wanted), ranks, only)


def _select(ranks: Mapping[str, ColumnElement[int]]) -> Select[Any]:
    return select(STATS.c.patient_id, *_STANDING, *(rank.label(name) for name, rank in ranks.items()))


def _labels(periods: Mapping[str, Period]) -> dict[Period, str]:
    """One name for each period, however many looks ask for it."""
    return {days: name for name, days in reversed(list(periods.items()))}


def _earliest(periods: Mapping[str, Period]) -> date:
    return min(days.first for days in periods.values() if days.first is not None)


def _visits(periods: Mapping[str, Period], *, one_per_day: bool, who: Who) -> Subquery:
    """Counted visits of each patient in some periods (M2)."""
    since = _earliest(periods)

    def count(days: Period) -> ColumnElement[int]:
        if one_per_day:
            return func.count(case((_within(_VISITS.completed_on, days), _VISITS.completed_on)).distinct())
        whole = days == Period(since)
        return func.count() if whole else func.count(case((_within(_VISITS.completed_on, days), 1)))

    return (
        select(_VISITS.patient_id, *(count(days).label(name) for days, name in _labels(periods).items()))
        .where(COUNTED, _VISITS.completed_on >= since, who(_VISITS.patient_id))
        .group_by(_VISITS.patient_id)
        .subquery("visits_counted")
    )


def _friends(periods: Mapping[str, Period], calendar: ClinicCalendar, who: Who) -> Subquery:
    """Counted friends of each patient in some periods, by the day of the friend's first visit (M3)."""

    def qualified(days: Period) -> ColumnElement[bool]:
        first = calendar.day_bounds(days.first)[0] if days.first else None
        end = calendar.day_bounds(days.last)[1] if days.last else None
        column = _REFERRALS.qualified_at
        return and_(true() if first is None else column >= first, true() if end is None else column < end)

    counts = (func.count(case((qualified(days), 1))).label(name) for days, name in _labels(periods).items())
    return (
        select(_REFERRALS.referrer_id.label("patient_id"), *counts)
        .where(
            _REFERRALS.stage == "qualified",
            qualified(Period(_earliest(periods))),
            who(_REFERRALS.referrer_id),
        )
        .group_by(_REFERRALS.referrer_id)
        .subquery("friends_counted")
    )


def _within(day: ColumnElement[date], days: Period) -> ColumnElement[bool]:
    first = true() if days.first is None else day >= days.first
    return and_(first, true() if days.last is None else day <= days.last)


def counted(
    session: Session, *, patient_id: int, visits: int, referrals: int, setup: Programme, today: date
) -> tuple[int, int]:
    """Visits and friends that count for a patient today (M4), given those of her summary row.

    A lifetime's are just these, without a statement.
    """
    if setup.settings["tiers.window"] == LIFETIME:
        return visits, referrals
    seen = {"now": looks(setup.settings, today).now}

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
