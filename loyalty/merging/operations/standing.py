"""The summary rows: the kept one is worked out anew from what is hers now, the merged one is emptied."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.badges.operations import review_badges
from loyalty.clinic.queries import Programme
from loyalty.kernel.database import table_of
from loyalty.merging.rules import Standing, higher
from loyalty.patients.models import PatientStats
from loyalty.points.models import Lot
from loyalty.points.queries import open_lots
from loyalty.points.rules import order_of_use, plan_debit
from loyalty.referrals.operations import count_friends
from loyalty.tiers.operations import review_tier
from loyalty.visits.operations import review_visit_count

_STATS, _LOTS = table_of(PatientStats), table_of(Lot)
_POINTS = ("points_balance", "points_debt", "points_held")
_EMPTY: dict[str, Any] = {
    "visit_count": 0,
    "referral_count": 0,
    "first_visit_at": None,
    "last_visit_at": None,
    "spend_minor": 0,
    **dict.fromkeys(_POINTS, 0),
    "tier": None,
    "tier_since": None,
    "tier_falls_on": None,
    "tier_pin": None,
    "tier_pin_until": None,
    "tier_pin_lowers": False,
}


def join_standing(
    session: Session, from_id: int, into_id: int, setup: Programme, *, own_counted: bool, now: datetime
) -> None:
    """Add up points and debts, count visits and friends, review tier and badges (P10, M1 to M3).

    ``own_counted``: a friend who was the person herself was counted; a tier that rested on it falls at once.
    """
    today = setup.calendar.day_of(now)
    both = select(_STATS).where(_STATS.c.patient_id.in_((from_id, into_id)))
    rows = {row.patient_id: row for row in session.execute(both)}
    merged, kept = rows[from_id], rows[into_id]
    standing = higher(_standing(kept, today), _standing(merged, today))
    values = {name: getattr(merged, name) + getattr(kept, name) for name in _POINTS}
    values["points_debt"] = _fill_debt(session, into_id, values["points_debt"], today)
    session.execute(update(_STATS).where(_STATS.c.patient_id == from_id).values(**_EMPTY))
    session.execute(
        update(_STATS)
        .where(_STATS.c.patient_id == into_id)
        .values(
            **values,
            tier=standing.tier,
            tier_since=standing.since,
            tier_falls_on=standing.falls_on,
            tier_pin=standing.pin,
            tier_pin_until=standing.pin_until,
            tier_pin_lowers=standing.pin_lowers,
        )
    )
    review_visit_count(session, into_id, setup)
    count_friends(session, into_id)
    session.expire_all()
    reason = "reversal" if own_counted else "merge"
    review_tier(session, patient_id=into_id, setup=setup, now=now, reason=reason)
    review_badges(session, patient_id=into_id, calendar=setup.calendar, now=now)


def _standing(row: Any, today: date) -> Standing:
    pinned = row.tier_pin_until is not None and today <= row.tier_pin_until
    pin = (row.tier_pin, row.tier_pin_until, row.tier_pin_lowers) if pinned else (None, None, False)
    return Standing(row.tier, row.tier_since, row.tier_falls_on, *pin)


def _fill_debt(session: Session, patient_id: int, debt: int, today: date) -> int:
    """Nobody owes while her lots can pay: the first to be used fill what was taken back (P6, P10)."""
    if debt == 0:
        return 0
    parts, left = plan_debit(order_of_use(open_lots(session, patient_id, today)), debt)
    for lot_id, part in parts:
        session.execute(update(_LOTS).where(_LOTS.c.id == lot_id).values(remaining=_LOTS.c.remaining - part))
    return left
