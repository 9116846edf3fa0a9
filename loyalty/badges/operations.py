from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from loyalty.badges.models import BadgeAward
from loyalty.badges.rules import earned
from loyalty.kernel.clock import ClinicCalendar, add_months
from loyalty.kernel.database import table_of
from loyalty.kernel.once import InsertOnce
from loyalty.kernel.prepared import Prepared
from loyalty.patients.models import PatientStats

_AWARDS = table_of(BadgeAward)
_STATS = table_of(PatientStats)
_add_award = InsertOnce(_AWARDS, key=(_AWARDS.c.patient_id, _AWARDS.c.badge), returning=_AWARDS.c.badge)
_FACTS = Prepared(
    select(_STATS.c.visit_count, _STATS.c.referral_count, _STATS.c.first_visit_at, _AWARDS.c.badge)
    .outerjoin(_AWARDS, _AWARDS.c.patient_id == _STATS.c.patient_id)
    .where(_STATS.c.patient_id == bindparam("patient"))
)


def review_badges(session: Session, *, patient_id: int, calendar: ClinicCalendar, now: datetime) -> list[str]:
    """Award what a patient's deeds have earned and she does not have yet; the new badges.

    A badge once given stays, whatever is refunded later.
    """
    rows = _FACTS.all(session, patient=patient_id)
    if not rows:
        return []
    facts, held = rows[0], {row.badge for row in rows}
    first = facts.first_visit_at
    wanted = earned(
        visits=facts.visit_count,
        referrals=facts.referral_count,
        today=calendar.day_of(now),
        first_visit_on=calendar.day_of(first) if first else None,
    )
    new = [badge for badge in wanted if badge not in held]
    for badge in new:
        award(session, patient_id=patient_id, badge=badge, now=now)
    return new


def award(session: Session, *, patient_id: int, badge: str, now: datetime) -> bool:
    """Give a badge once; False when the patient has it already."""
    return _add_award(session, {"patient_id": patient_id, "badge": badge, "at": now}) is not None


def review_years(session: Session, *, calendar: ClinicCalendar, now: datetime, limit: int = 1000) -> int:
    """Give "one-year" to those whom the calendar alone brought there, at most ``limit`` a call; how many."""
    # A day too many, since a first visit on 29 February counts from the 28th; the rule decides.
    a_year_ago = add_months(calendar.day_of(now), -12) + timedelta(days=1)
    _, end = calendar.day_bounds(a_year_ago)
    has_it = exists().where(_AWARDS.c.patient_id == _STATS.c.patient_id, _AWARDS.c.badge == "one-year")
    due = select(_STATS.c.patient_id).where(_STATS.c.first_visit_at < end, ~has_it)
    waiting = session.scalars(due.order_by(_STATS.c.first_visit_at, _STATS.c.patient_id).limit(limit)).all()
    return sum(
        bool(review_badges(session, patient_id=patient_id, calendar=calendar, now=now))
        for patient_id in waiting
    )
