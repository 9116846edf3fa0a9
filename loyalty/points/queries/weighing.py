"""What the active rules make of one visit, or would make of one that is only being worked out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Service
from loyalty.clinic.queries import Programme
from loyalty.points.queries.balances import rate_of
from loyalty.points.queries.earning_rules import active_rules, is_first_visit, lines_of, popular_service
from loyalty.points.rules.earning import LineFacts, RuleInForce, VisitFacts, Weighed, weigh


def weigh_visit(
    session: Session,
    in_force: Iterable[RuleInForce],
    visit: Any,
    programme: Programme,
    lines: Sequence[LineFacts] | None = None,
) -> Weighed:
    """Ask the rules about a visit; only what some rule wants to know is looked up.

    ``lines`` are read from the visit's bill when left out.
    """
    asked = tuple(in_force)
    local = programme.calendar.local(visit.completed_at)
    facts = VisitFacts(
        local=local,
        tier=visit.tier,
        is_first=any(rule.conditions.first_visit for rule in asked) and is_first_visit(session, visit),
        popular_service_id=popular_service(session, local.date())
        if any(rule.conditions.popular for rule in asked)
        else None,
    )
    return weigh(asked, facts, lines_of(session, visit.id) if lines is None else lines)


@dataclass(frozen=True, slots=True)
class ToCome:
    """A visit that is only being worked out; ``id`` 0 has no row yet."""

    id: int
    patient_id: int
    tier: str | None
    completed_at: datetime


def points_to_earn(
    session: Session,
    *,
    programme: Programme,
    visit: ToCome,
    net_by_line: Sequence[tuple[int, int]],
    eligible_minor: int,
) -> int:
    """What a bill would earn once it is paid, earning rules and their bonuses among it (P2, P3).

    ``net_by_line`` are the lines as (service, minor units after discounts and package sessions).
    """
    in_force = active_rules(session, programme, "visit") if eligible_minor > 0 else ()
    if not in_force:
        return rate_of(programme, visit.tier).points(eligible_minor)
    services = {service_id for service_id, _net in net_by_line}
    named = session.execute(select(Service.id, Service.specialty).where(Service.id.in_(services)))
    specialties = {row.id: row.specialty for row in named}
    lines = [LineFacts(service_id, specialties.get(service_id, ""), net) for service_id, net in net_by_line]
    weighed = weigh_visit(session, in_force, visit, programme, lines)
    bonuses = sum(rule.points or 0 for rule in weighed.bonuses)
    return rate_of(programme, visit.tier, weighed).points(eligible_minor) + bonuses
