"""What a visit earns."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.actor import Actor
from loyalty.points import queries, rules
from loyalty.points.operations.ledger import credit
from loyalty.points.rules.earning import RuleInForce, Weighed, name_of_money

_PLAIN = Weighed(None, None, (), ())


def earn_for_visit(
    session: Session, *, visit: Any, programme: Programme, actor: Actor, now: datetime, quiet: bool = False
) -> bool:
    """Give what a completed and paid visit earns (P2 to P4); ``visit`` is any row with its bill and tier.

    Earning rules that apply change its points, and add bonuses with entries of their own; a visit without
    money that earns gets no bonus either. False when it earns nothing, is not paid yet, or has earned before.
    """
    if visit.status != "completed" or visit.paid_minor < visit.due_minor:
        return False
    eligible = rules.eligible_of(visit)
    in_force = queries.active_rules(session, programme, "visit") if eligible else ()
    weighed = queries.weigh_visit(session, in_force, visit, programme) if in_force else _PLAIN
    rate = queries.rate_of(programme, visit.tier, weighed)
    # Who pays later earns later: the points' life begins on the day on which they are earned (P5).
    earned_at = max(visit.completed_at, visit.paid_at or visit.completed_at)
    ends = rules.last_day(programme.calendar.day_of(earned_at), programme.settings)
    earned = credit(
        session,
        patient_id=visit.patient_id,
        points=rate.points(eligible),
        kind="earn",
        key=rules.visit_key(visit.id, visit.completion, "earn"),
        at=earned_at,
        valid_to=ends,
        rule=name_of_money(weighed.shares),
        rule_ids=[rule.id for rule in weighed.shares] or None,
        rate=rate,
        visit_id=visit.id,
        actor=actor,
        quiet=quiet,
        now=now,
    )
    for rule in weighed.bonuses:
        earned |= _give_bonus(session, visit, rule, earned_at, ends, actor, now, quiet)
    return earned


def _give_bonus(
    session: Session,
    visit: Any,
    rule: RuleInForce,
    at: datetime,
    valid_to: date | None,
    actor: Actor,
    now: datetime,
    quiet: bool,
) -> bool:
    return credit(
        session,
        patient_id=visit.patient_id,
        points=rule.points or 0,
        kind="bonus",
        key=rules.visit_key(visit.id, visit.completion, f"bonus:{rule.code}"),
        at=at,
        valid_to=valid_to,
        rule=rule.name,
        rule_ids=[rule.id],
        visit_id=visit.id,
        actor=actor,
        quiet=quiet,
        now=now,
    )
