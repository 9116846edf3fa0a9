"""One patient's review: when a visit, a friend or an act of the staff may have changed her tier."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.database import table_of
from loyalty.kernel.events import note
from loyalty.kernel.once import InsertRow
from loyalty.kernel.prepared import Prepared
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import PatientStats
from loyalty.patients.queries import STANDING
from loyalty.tiers.events import TierFallAnnounced, TierReached
from loyalty.tiers.models import TierChange
from loyalty.tiers.queries import reached_by, standing_of
from loyalty.tiers.rules import Reached, Standing, Step, decide, is_rise

_STATS = table_of(PatientStats)
_FACTS = Prepared(select(*STANDING).where(_STATS.c.patient_id == bindparam("patient")).with_for_update())
_SET = Prepared(
    update(_STATS)
    .where(_STATS.c.patient_id == bindparam("patient"))
    .values(
        tier=bindparam("tier"),
        tier_since=bindparam("since"),
        tier_falls_on=bindparam("falls_on"),
        tier_pin=bindparam("pin"),
        tier_pin_until=bindparam("pin_until"),
        tier_pin_lowers=bindparam("pin_lowers"),
    )
)
_SINCE = Prepared(select(_STATS.c.tier_since).where(_STATS.c.patient_id == bindparam("patient")))
insert_change = InsertRow(table_of(TierChange))


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
    """Bring a patient's tier in line with what she has done (M1 to M6, M10); True when it changed.

    ``counted`` is her summary as the counting just wrote it, and is read when left out. ``reason`` says what
    led here: visit, referral, review, or reversal, after which a fall needs no notice. A rise is noted once,
    for the highest level reached; a fall that lies ahead is announced.
    """
    facts = counted or facts_of(session, patient_id)
    standing, today = standing_of(facts), setup.calendar.day_of(now)
    reached = reached_by(session, patient_id, facts, setup, today)
    if _is_settled(standing, reached):
        return False
    notice = setup.settings["tiers.notice_days"]
    step = decide(standing, reached, today=today, notice_days=notice, reason=reason)
    apply(session, patient_id, standing, step, now=now, quiet=quiet)
    return step.reason is not None


def facts_of(session: Session, patient_id: int) -> Any:
    """A patient's summary row as far as it decides about her tier, held; refuses an unknown patient."""
    found = _FACTS.first(session, patient=patient_id)
    if found is None:
        raise Refusal("patient_unknown")
    return found


def _is_settled(standing: Standing, reached: Reached) -> bool:
    """The common case: nothing is announced or pinned, and the tier fits today and later."""
    return (
        standing.falls_on is None
        and standing.pin is None
        and standing.tier == reached.now
        and standing.tier == reached.ahead
    )


def apply(
    session: Session,
    patient_id: int,
    before: Standing,
    step: Step,
    *,
    now: datetime,
    quiet: bool = False,
    entry: dict[str, Any] | None = None,
) -> None:
    """Write what a review of one patient found, with its line of history, and note what happened.

    ``entry`` are columns that the staff's acts add to the line of history, which they always leave.
    """
    after = step.after
    if after != before:
        _set(session, patient_id, before, after, now)
    if step.reason is not None or entry is not None:
        line = {"from_tier": before.tier, "to_tier": after.tier, "at": now, "reason": step.reason}
        insert_change(session, {"patient_id": patient_id, **line, **(entry or {})})
    tell(session, patient_id, before, step, quiet)


def _set(session: Session, patient_id: int, before: Standing, after: Standing, now: datetime) -> None:
    since = now if after.tier != before.tier else _SINCE.scalar(session, patient=patient_id)
    _SET.run(
        session,
        patient=patient_id,
        tier=after.tier,
        since=since,
        falls_on=after.falls_on,
        pin=after.pin,
        pin_until=after.pin_until,
        pin_lowers=after.pin_lowers,
    )


def tell(session: Session, patient_id: int, before: Standing, step: Step, quiet: bool = False) -> None:
    """Note a rise and an announced fall for whoever tells the patient."""
    tier, falls_on = step.after.tier, step.after.falls_on
    if tier is not None and is_rise(before.tier, tier):
        note(session, TierReached(patient_id, tier, quiet, before.tier))
    if step.announced and tier is not None and falls_on is not None:
        note(session, TierFallAnnounced(patient_id, tier, step.falls_to, falls_on, quiet))
