"""The earning rules: all of them for pages, the active ones for visits, kept in memory."""

from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Service
from loyalty.clinic.queries import Programme
from loyalty.kernel.clock import Month
from loyalty.kernel.database import connection_of, table_of
from loyalty.points.models import EarningRule
from loyalty.points.rules.conditions import conditions_of
from loyalty.points.rules.earning import LineFacts, RuleInForce, in_order
from loyalty.visits.models import BillLine, Visit

#: Set on a session that has changed rules: nobody else may learn of them before its commit.
CHANGED = "earning_rules_changed"
_LINES, _VISITS, _SERVICES = table_of(BillLine), table_of(Visit), table_of(Service)
_Kept = dict[str, tuple[int, tuple[RuleInForce, ...]]]
_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def active_rules(session: Session, programme: Programme, trigger: str) -> tuple[RuleInForce, ...]:
    """The active rules of a trigger, in the order in which they are asked.

    Each process keeps them by the programme's ``rules_version``, which grows with every change of them, so
    that a visit does not ask for them.
    """
    version = programme.rules_version
    if version == 0:
        return ()
    if CHANGED in session.info:
        return _read(session, trigger)
    kept = _kept.setdefault(connection_of(session).engine, {})
    known = kept.get(trigger)
    if known is None or known[0] != version:
        known = kept[trigger] = (version, _read(session, trigger))
    return known[1]


def _read(session: Session, trigger: str) -> tuple[RuleInForce, ...]:
    rows = session.scalars(
        select(EarningRule).where(EarningRule.state == "active", EarningRule.trigger == trigger)
    )
    return tuple(in_order(in_force(rule) for rule in rows))


def in_force(rule: EarningRule) -> RuleInForce:
    """A version of a rule as it works, or would work if it were active."""
    return RuleInForce(
        id=rule.id,
        code=rule.code,
        version=rule.version,
        percent=rule.percent,
        points=rule.points,
        priority=rule.priority,
        stacks=rule.stacks,
        conditions=conditions_of(rule.conditions),
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
    )


def earning_rules(session: Session, *, with_retired: bool = False) -> list[EarningRule]:
    """The rules in the order in which they are asked, drafts among them."""
    query = select(EarningRule).order_by(
        EarningRule.trigger, EarningRule.priority.desc(), EarningRule.code, EarningRule.version.desc()
    )
    if not with_retired:
        query = query.where(EarningRule.state != "retired")
    return list(session.scalars(query))


def earning_rule(session: Session, rule_id: int) -> EarningRule | None:
    return session.get(EarningRule, rule_id)


def lines_of(session: Session, visit_id: int) -> list[LineFacts]:
    """A visit's bill lines as rules see them."""
    net = _LINES.c.amount_minor - _LINES.c.discount_minor - _LINES.c.package_minor
    rows = session.execute(
        select(_LINES.c.service_id, _SERVICES.c.specialty, net)
        .join(_SERVICES, _SERVICES.c.id == _LINES.c.service_id)
        .where(_LINES.c.visit_id == visit_id)
        .order_by(_LINES.c.position)
    )
    return [LineFacts(*row) for row in rows]


def is_first_visit(session: Session, visit: Any) -> bool:
    """Whether the patient had no completed visit before this one, imported history included."""
    earlier = select(_VISITS.c.id).where(
        _VISITS.c.patient_id == visit.patient_id,
        _VISITS.c.status == "completed",
        _VISITS.c.id != visit.id,
        _VISITS.c.completed_at <= visit.completed_at,
    )
    return session.execute(earlier.limit(1)).first() is None


def popular_service(session: Session, day: date) -> int | None:
    """The service that stood most often on completed visits of the month before a local day's.

    Of several the one that is in the catalogue longest.
    """
    month = Month(day.year, day.month)
    times = func.count()
    return session.execute(
        select(_LINES.c.service_id)
        .join(_VISITS, _VISITS.c.id == _LINES.c.visit_id)
        .where(
            _VISITS.c.status == "completed",
            _VISITS.c.completed_on >= month.plus(-1).first,
            _VISITS.c.completed_on < month.first,
        )
        .group_by(_LINES.c.service_id)
        .order_by(times.desc(), _LINES.c.service_id)
        .limit(1)
    ).scalar()
