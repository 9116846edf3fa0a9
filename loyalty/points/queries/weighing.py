"""What the active rules make of one visit."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.points.queries.earning_rules import is_first_visit, lines_of, popular_service
from loyalty.points.rules.earning import RuleInForce, VisitFacts, Weighed, weigh


def weigh_visit(
    session: Session, in_force: Iterable[RuleInForce], visit: Any, programme: Programme
) -> Weighed:
    """Ask the rules about a visit; only what some rule wants to know is looked up."""
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
    return weigh(asked, facts, lines_of(session, visit.id))
