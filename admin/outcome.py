"""What a registered visit led to, read back from what the transaction wrote."""

from typing import Any

from admin.patient_words import ways_left
from admin.visits import used_on
from loyalty.patients import queries as patients
from loyalty.points import queries as points
from loyalty.referrals import queries as referrals
from loyalty.reports.queries.desk import senders_of
from loyalty.tiers import queries as tiers
from loyalty.tiers.rules import ladder, progress
from loyalty.visits.models import Visit
from web.extensions import db
from web.identity import current_staff


def outcome_of(visit: Visit) -> dict[str, Any]:
    """Points of the patient, both halves of the referrer, a new tier: for the page after saving."""
    session = db.session()
    stats = patients.stats(session, visit.patient_id)
    assert stats is not None, "a patient without her summary row"
    assert visit.completed_at is not None, "only completed visits have an outcome"
    steps = progress(
        ladder(current_staff().programme.settings),
        tier=stats.tier,
        visits=stats.visit_count,
        referrals=stats.referral_count,
    )
    risen = [
        change
        for change in tiers.history(session, visit.patient_id)
        if change.at >= visit.completed_at and change.to_tier
    ]
    referral = referrals.referral_of_friend(session, visit.patient_id)
    is_qualifying = referral is not None and referral.qualifying_visit_id == visit.id
    return {
        "person": patients.patient(session, visit.patient_id),
        "stats": stats,
        "used": used_on(visit),
        "changes": points.entries_of_visit(session, visit.id),
        "ladder": steps,
        "ways_left": ways_left(steps),
        "new_tier": risen[-1].to_tier if risen else None,
        "referral": referral if is_qualifying else None,
        "sender": senders_of(session, [visit.patient_id]).get(visit.patient_id) if is_qualifying else None,
    }
