"""The review of everybody: statements find who may change, one rule decides, groups are written at once."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.database import connection_of, table_of
from loyalty.patients.models import PatientStats
from loyalty.tiers.models import TierChange
from loyalty.tiers.operations.reviewing import tell
from loyalty.tiers.queries import reached_in, standing_of, to_review
from loyalty.tiers.rules import Standing, Step, decide, looks

_STATS = table_of(PatientStats)
_CHANGES = table_of(TierChange)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How many patients' rows a batch changed, and the last patient it looked at; None when none is left."""

    changed: int
    last: int | None


def review_all(
    session: Session, *, setup: Programme, now: datetime, after: int = 0, limit: int = 1000
) -> Reviewed:
    """Review the next patients behind ``after``, as ``review_tier`` would one by one (M1 to M6, M10).

    Call it again with the ``last`` it gives, each time in a transaction of its own, until that is None. At
    most ``limit`` rows are held and written, only those that change, so that a second run writes nothing.
    """
    today = setup.calendar.day_of(now)
    rows, last = to_review(session, setup=setup, today=today, after=after, limit=limit)
    notice, past = setup.settings["tiers.notice_days"], looks(setup.settings, today).ahead_is_past
    alike: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows:
        alike[tuple(row[1:])].append(row)
    changed = 0
    for group in alike.values():
        before, reached = standing_of(group[0]), reached_in(group[0], ahead_is_past=past)
        step = decide(before, reached, today=today, notice_days=notice)
        if step.after != before:
            ids = [row.patient_id for row in group]
            _write(session, before, step, ids, now)
            for patient_id in ids:
                tell(session, patient_id, before, step)
            changed += len(ids)
    return Reviewed(changed, last)


def _write(session: Session, before: Standing, step: Step, ids: list[int], now: datetime) -> None:
    """The same step of several patients: their history first, since it keeps where they came from."""
    connection, after = connection_of(session), step.after
    values = {
        f"tier_{name}": getattr(after, name)
        for name in ("falls_on", "pin", "pin_until", "pin_lowers")
        if getattr(after, name) != getattr(before, name)
    }
    if step.reason is not None:
        values |= {"tier": after.tier, "tier_since": now}
        line = {"from_tier": before.tier, "to_tier": after.tier, "at": now, "reason": step.reason}
        columns = [literal(value, _CHANGES.c[name].type).label(name) for name, value in line.items()]
        found = select(_STATS.c.patient_id, *columns).where(_STATS.c.patient_id.in_(ids))
        connection.execute(insert(_CHANGES).from_select(["patient_id", *line], found))
    connection.execute(update(_STATS).where(_STATS.c.patient_id.in_(ids)).values(values))
