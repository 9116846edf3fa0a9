from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from loyalty.badges.models import BadgeAward
from loyalty.badges.rules import earned
from loyalty.kernel.clock import ClinicCalendar
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.once import InsertOnce
from loyalty.patients.models import PatientStats

_AWARDS = table_of(BadgeAward)
_STATS = table_of(PatientStats)
_add_award = InsertOnce(_AWARDS, key=(_AWARDS.c.patient_id, _AWARDS.c.badge), returning=_AWARDS.c.badge)
_FACTS = (
    select(_STATS.c.visit_count, _STATS.c.referral_count, _STATS.c.first_visit_at, _AWARDS.c.badge)
    .outerjoin(_AWARDS, _AWARDS.c.patient_id == _STATS.c.patient_id)
    .where(_STATS.c.patient_id == bindparam("patient"))
)


def review_badges(session: Session, *, patient_id: int, calendar: ClinicCalendar, now: datetime) -> list[str]:
    """Award what a patient's deeds have earned and she does not have yet; the new badges.

    A badge once given stays, whatever is refunded later.
    """
    rows = connection_of(session).execute(_FACTS, {"patient": patient_id}).all()
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
