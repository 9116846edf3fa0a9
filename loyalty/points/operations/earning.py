"""What a visit earns, and what a refund takes back."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.database import table_of
from loyalty.points import queries, rules
from loyalty.points.models import LedgerEntry
from loyalty.points.operations.ledger import credit, reverse_credit

_ENTRIES = table_of(LedgerEntry)


def earn_for_visit(
    session: Session, *, visit: Any, programme: Programme, actor: Actor, now: datetime, quiet: bool = False
) -> bool:
    """Give what a completed and paid visit earns (P2 to P4); ``visit`` is any row with its bill and tier.

    False when it earns nothing, is not paid yet, or has earned before.
    """
    if visit.status != "completed" or visit.paid_minor < visit.due_minor:
        return False
    rate = queries.rate_of(programme, visit.tier)
    points = rate.points(
        rules.eligible_minor(
            paid_minor=visit.paid_minor, due_minor=visit.due_minor, refunded_minor=visit.refunded_minor
        )
    )
    # Who pays later earns later: the points' life begins on the day on which they are earned (P5).
    earned_at = max(visit.completed_at, visit.paid_at or visit.completed_at)
    day = programme.calendar.day_of(earned_at)
    return credit(
        session,
        patient_id=visit.patient_id,
        points=points,
        kind="earn",
        key=f"visit:{visit.id}:earn",
        at=earned_at,
        valid_to=rules.last_day(day, programme.settings["points.life_months"]),
        rule="money",
        rate=rate,
        visit_id=visit.id,
        actor=actor,
        quiet=quiet,
        now=now,
    )


def take_back_for_refund(
    session: Session,
    *,
    visit: Any,
    refund_id: int,
    today: date,
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> bool:
    """Take back what the refunded part of a visit had earned, at the rate of the earning day (P9)."""
    key = f"visit:{visit.id}:earn"
    earned = session.execute(
        select(_ENTRIES.c.points, _ENTRIES.c.money_per_point_minor, _ENTRIES.c.multiplier_percent).where(
            _ENTRIES.c.key == key
        )
    ).one_or_none()
    if earned is None:
        return False
    taken = session.execute(
        select(_ENTRIES.c.points).where(
            _ENTRIES.c.visit_id == visit.id, _ENTRIES.c.kind == "reverse", _ENTRIES.c.refund_id.is_not(None)
        )
    ).scalars()
    left = rules.eligible_minor(
        paid_minor=visit.paid_minor, due_minor=visit.due_minor, refunded_minor=visit.refunded_minor
    )
    points = rules.take_back(
        earned=earned.points,
        taken_back=-sum(taken),
        remaining_eligible_minor=left,
        rate=rules.Rate(earned.money_per_point_minor, earned.multiplier_percent),
    )
    if points == 0:
        return False
    return reverse_credit(
        session,
        patient_id=visit.patient_id,
        credit_key=key,
        points=points,
        key=f"refund:{refund_id}:reverse",
        today=today,
        actor=actor,
        now=now,
        visit_id=visit.id,
        refund_id=refund_id,
        quiet=quiet,
    )
