"""The tier that holds on a local day, whether or not the nightly review has recorded it (TM4)."""

from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.prepared import Prepared
from loyalty.patients.models import PatientStats
from loyalty.patients.queries import STANDING
from loyalty.tiers.queries.counts import standings
from loyalty.tiers.queries.reviews import reached_in, standing_of
from loyalty.tiers.rules import LIFETIME, Reached, decide, has_run_out, ladder, looks, tier_for

_STATS = table_of(PatientStats)
_FACTS = Prepared(select(*STANDING).where(_STATS.c.patient_id == bindparam("patient")))


def tier_today(session: Session, patient_id: int, kept: Any, setup: Programme, today: date) -> str | None:
    """A patient's tier; ``kept`` is any row with its ``tier``, ``tier_falls_on`` and ``tier_pin_until``.

    Mostly it is the one that is kept, without a statement. Where the day of a fall or the end of a pin has
    come and waits for the review, it is what that review will find.
    """
    if not has_run_out(kept.tier_falls_on, kept.tier_pin_until, today):
        tier: str | None = kept.tier
        return tier
    facts = _FACTS.first(session, patient=patient_id)
    reached = reached_by(session, patient_id, facts, setup, today)
    notice = setup.settings["tiers.notice_days"]
    return decide(standing_of(facts), reached, today=today, notice_days=notice).after.tier


def reached_by(session: Session, patient_id: int, facts: Any, setup: Programme, today: date) -> Reached:
    """The tiers that a patient reaches; a lifetime's counts stand in ``facts``, others take a statement."""
    if setup.settings["tiers.window"] == LIFETIME:
        return Reached.always(tier_for(ladder(setup.settings), facts.visit_count, facts.referral_count))
    hers = standings(setup, today, lambda column: column == patient_id)
    row = connection_of(session).execute(hers.query).one()
    return reached_in(row, ahead_is_past=looks(setup.settings, today).ahead_is_past)
