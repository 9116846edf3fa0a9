from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, not_, or_, select, update
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.database import table_of
from loyalty.kernel.events import note
from loyalty.kernel.once import InsertRow
from loyalty.kernel.prepared import Prepared
from loyalty.patients.models import PatientStats
from loyalty.tiers.events import TierReached
from loyalty.tiers.models import TierChange
from loyalty.tiers.rules import TIERS, Rung, is_rise, ladder, tier_for

_STATS = table_of(PatientStats)
_FACTS = Prepared(
    select(_STATS.c.visit_count, _STATS.c.referral_count, _STATS.c.tier)
    .where(_STATS.c.patient_id == bindparam("patient"))
    .with_for_update()
)
_SET = Prepared(
    update(_STATS)
    .where(_STATS.c.patient_id == bindparam("patient"))
    .values(tier=bindparam("to"), tier_since=bindparam("at"))
)
_insert_change = InsertRow(table_of(TierChange))


def review_tier(
    session: Session,
    *,
    patient_id: int,
    setup: Programme,
    now: datetime,
    reason: str,
    counted: Any = None,
    quiet: bool = False,
) -> bool:
    """Bring a patient's tier in line with what she has done (M1, M5, M6); True when it changed.

    ``counted`` is her summary as the counting just wrote it, and is read when left out. ``reason`` says what
    led here (visit, referral, reversal, review). A rise is noted once, for the highest level reached.
    """
    facts = counted or _FACTS.first(session, patient=patient_id)
    wanted = tier_for(ladder(setup.settings), facts.visit_count, facts.referral_count)
    if wanted == facts.tier:
        return False
    _SET.run(session, patient=patient_id, to=wanted, at=now)
    _insert_change(
        session,
        {
            "patient_id": patient_id,
            "from_tier": facts.tier,
            "to_tier": wanted,
            "at": now,
            "reason": reason if is_rise(facts.tier, wanted) else "reversal",
        },
    )
    if wanted is not None and is_rise(facts.tier, wanted):
        note(session, TierReached(patient_id, wanted, quiet))
    return True


def review_all(session: Session, *, setup: Programme, now: datetime, limit: int = 1000) -> int:
    """Find patients whose tier does not fit what they have done, and review them; how many changed.

    Reads only rows that differ, at most ``limit`` a call, so that a second run writes nothing.
    """
    rungs = ladder(setup.settings)
    stale = session.scalars(
        select(_STATS.c.patient_id)
        .where(or_(*(_wrong(rungs, position) for position in range(-1, len(TIERS)))))
        .order_by(_STATS.c.patient_id)
        .limit(limit)
    ).all()
    return sum(
        review_tier(session, patient_id=patient_id, setup=setup, now=now, reason="review")
        for patient_id in stale
    )


def _wrong(rungs: tuple[Rung, ...], position: int) -> ColumnElement[bool]:
    """The condition for rows that stand on a rung other than the one at ``position`` though they fit it."""
    reaches = [
        or_(
            (_STATS.c.visit_count >= rung.visits) if rung.visits else false(),
            (_STATS.c.referral_count >= rung.referrals) if rung.referrals else false(),
        )
        for rung in rungs
    ]
    fits = [reaches[position]] if position >= 0 else []
    wanted = rungs[position].tier if position >= 0 else None
    return and_(*fits, not_(or_(false(), *reaches[position + 1 :])), _STATS.c.tier.is_distinct_from(wanted))
