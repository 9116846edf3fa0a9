"""Reactions of the ladder: gifts on reaching a tier, and days that came before the nightly review did."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme, programme
from loyalty.kernel.database import table_of
from loyalty.kernel.prepared import Prepared
from loyalty.points import operations as points
from loyalty.points.models import LedgerEntry
from loyalty.points.rules import last_day
from loyalty.tiers import operations as tiers
from loyalty.tiers.events import TierReached
from loyalty.tiers.rules import TIERS, has_run_out, rank

_ENTRIES = table_of(LedgerEntry)
_GIVEN = Prepared(
    select(_ENTRIES.c.id).where(
        _ENTRIES.c.patient_id == bindparam("patient"), _ENTRIES.c.rule == bindparam("rule")
    )
)


def give_entry_gifts(session: Session, happened: TierReached, now: datetime) -> None:
    """Points for every tier reached for the first time ever, those that were leapt over too (M5, M7).

    The patient's entries are asked as well as the key: after two records became one, either may have had it.
    """
    setup = programme(session)
    for tier in TIERS[rank(happened.from_tier) : rank(happened.tier)]:
        gift, rule = setup.settings[f"tiers.{tier}.entry_gift_points"], f"tier_gift:{tier}"
        if gift and _GIVEN.first(session, patient=happened.patient_id, rule=rule) is None:
            points.credit(
                session,
                patient_id=happened.patient_id,
                points=gift,
                kind="gift",
                key=f"tier:{happened.patient_id}:{tier}:gift",
                rule=rule,
                valid_to=last_day(setup.calendar.day_of(now), setup.settings),
                quiet=happened.quiet,
                now=now,
            )


def tier_has_run_out(facts: Any, setup: Programme, now: datetime) -> bool:
    """Whether the day of a fall or the end of a pin has come, though no nightly review ran since (TM4)."""
    if facts.tier_falls_on is None and facts.tier_pin_until is None:
        return False
    return has_run_out(facts.tier_falls_on, facts.tier_pin_until, setup.calendar.day_of(now))


def catch_up(session: Session, patient_id: int, now: datetime) -> None:
    """Do for one patient what the nightly review will do for all (TM4)."""
    tiers.review_tier(session, patient_id=patient_id, setup=programme(session), now=now, reason="review")
