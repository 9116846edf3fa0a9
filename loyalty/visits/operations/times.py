"""Moving a booked visit to another time."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.visits.models import Visit


def change_time(
    session: Session, *, visit_id: int, scheduled_at: datetime, actor: Actor, now: datetime
) -> bool:
    """Give a booked visit another time; False when it has that time already.

    The patient's confirmation was for the old time and is taken off. Raises ``visit_unknown``, and
    ``impossible_move`` for a visit that is no longer only booked.
    """
    visit = session.get(Visit, visit_id, populate_existing=True)
    if visit is None:
        raise Refusal("visit_unknown")
    before = visit.scheduled_at
    if before == scheduled_at:
        return False
    moved = session.execute(
        update(Visit)
        .where(Visit.id == visit_id, Visit.status == "booked", Visit.scheduled_at == before)
        .values(scheduled_at=scheduled_at, confirmed_at=None, version=Visit.version + 1)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Refusal("impossible_move", status=visit.status, wanted="booked")
    session.expire(visit)
    record(
        session, actor=actor, action="visit.time_changed", object_kind="visit", object_id=visit_id,
        patient_id=visit.patient_id, before={"scheduled_at": before.isoformat()},
        after={"scheduled_at": scheduled_at.isoformat()}, now=now,
    )  # fmt: skip
    return True
