"""What an earning rule would have given in the past, before anybody activates it; nothing is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

from sqlalchemy import and_, exists, false, or_, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Service
from loyalty.clinic.queries import Programme
from loyalty.kernel.clock import Month
from loyalty.kernel.database import table_of
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import PatientStats
from loyalty.points import rules
from loyalty.points.models import EarningRule
from loyalty.points.queries.balances import rate_of
from loyalty.points.queries.earning_rules import active_rules, in_force, popular_service
from loyalty.points.rules.earning import LineFacts, RuleInForce, VisitFacts, Weighed, weigh
from loyalty.visits.models import BillLine, Visit

_BATCH = 500
_EXAMPLES = 5
_VISITS, _LINES, _SERVICES = table_of(Visit), table_of(BillLine), table_of(Service)
_STATS = table_of(PatientStats)
_EARLIER = _VISITS.alias("earlier")


@dataclass(frozen=True, slots=True)
class Example:
    """A visit whose points the rule would have changed."""

    visit_id: int
    completed_on: date
    before: int
    after: int


@dataclass(slots=True)
class Simulation:
    """What paid visits earn by the rules in force, and what they would with the rule beside them.

    ``matched_visits`` are those it applied to; ``extra_minor`` is what the difference would pay.
    """

    visits: int = 0
    matched_visits: int = 0
    points_before: int = 0
    points_after: int = 0
    extra_minor: int = 0
    examples: list[Example] = field(default_factory=list)

    @property
    def extra_points(self) -> int:
        return self.points_after - self.points_before


def simulate(session: Session, *, rule_id: int, programme: Programme, since: date, until: date) -> Simulation:
    """Try a version of a rule on the visits completed on local days from ``since`` to before ``until``.

    It takes the place of its code's active version and is asked on every day, whatever its own first and
    last day; patients count with the tier they have today. Visits are read in batches, so that a year
    takes no more memory than a day. A rule that does not look at visits gives zeros; ``rule_unknown``.
    """
    tried = session.get(EarningRule, rule_id)
    if tried is None:
        raise Refusal("rule_unknown")
    found = Simulation()
    if tried.trigger != "visit":
        return found
    rule = replace(in_force(tried), valid_from=None, valid_to=None)
    active = active_rules(session, programme, "visit")
    others = [one for one in active if one.code != rule.code]
    before = others if tried.state == "active" else active
    trial = _Trial(session, programme, before, [*others, rule])
    for visit, lines in trial.visits(since, until):
        trial.count(found, rule, visit, lines)
    found.extra_minor = found.extra_points * programme.minor(programme.settings["points.value"])
    return found


class _Trial:
    """One run over the past, with the rules before and after."""

    def __init__(
        self,
        session: Session,
        programme: Programme,
        before: Sequence[RuleInForce],
        after: Sequence[RuleInForce],
    ) -> None:
        self.session, self.programme = session, programme
        self.before, self.after = before, after
        self.asks_first = any(rule.conditions.first_visit for rule in (*before, *after))
        self.asks_popular = any(rule.conditions.popular for rule in (*before, *after))
        self.popular: dict[Month, int | None] = {}

    def visits(self, since: date, until: date) -> Iterator[tuple[Any, list[LineFacts]]]:
        """The paid visits of the period with their lines, a batch at a time."""
        calendar = self.programme.calendar
        start, end = calendar.at(since, time.min), calendar.at(until, time.min)
        query = _paid_visits(self.asks_first).where(
            _VISITS.c.completed_at >= start, _VISITS.c.completed_at < end
        )
        last: Any = None
        while True:
            further = query if last is None else query.where(_after(last))
            batch = self.session.execute(further.limit(_BATCH)).all()
            if not batch:
                return
            lines = _lines(self.session, [visit.id for visit in batch])
            for visit in batch:
                yield visit, lines.get(visit.id, [])
            last = batch[-1]

    def count(self, found: Simulation, rule: RuleInForce, visit: Any, lines: list[LineFacts]) -> None:
        facts = self._facts(visit)
        eligible = rules.eligible_of(visit)
        before = self._points(weigh(self.before, facts, lines), visit.tier, eligible)
        weighed = weigh(self.after, facts, lines)
        after = self._points(weighed, visit.tier, eligible)
        found.visits += 1
        found.points_before += before
        found.points_after += after
        if eligible and any(one.id == rule.id for one in (*weighed.shares, *weighed.bonuses)):
            found.matched_visits += 1
            if before != after and len(found.examples) < _EXAMPLES:
                found.examples.append(Example(visit.id, facts.local.date(), before, after))

    def _facts(self, visit: Any) -> VisitFacts:
        local = self.programme.calendar.local(visit.completed_at)
        month = Month(local.year, local.month)
        if self.asks_popular and month not in self.popular:
            self.popular[month] = popular_service(self.session, local.date())
        return VisitFacts(local, visit.tier, bool(visit.is_first), self.popular.get(month))

    def _points(self, weighed: Weighed, tier: str | None, eligible: int) -> int:
        if not eligible:
            return 0
        bonuses = sum(rule.points or 0 for rule in weighed.bonuses)
        return rate_of(self.programme, tier, weighed).points(eligible) + bonuses


def _paid_visits(asks_first: bool) -> Any:
    is_first = ~exists().where(
        _EARLIER.c.patient_id == _VISITS.c.patient_id,
        _EARLIER.c.status == "completed",
        _EARLIER.c.id != _VISITS.c.id,
        _EARLIER.c.completed_at <= _VISITS.c.completed_at,
    )
    return (
        select(
            _VISITS.c.id,
            _VISITS.c.completed_at,
            _VISITS.c.due_minor,
            _VISITS.c.paid_minor,
            _VISITS.c.refunded_minor,
            _VISITS.c.certificate_minor,
            _VISITS.c.certificate_returned_minor,
            _STATS.c.tier,
            (is_first if asks_first else false()).label("is_first"),
        )
        .join(_STATS, _STATS.c.patient_id == _VISITS.c.patient_id)
        .where(_VISITS.c.status == "completed", _VISITS.c.paid_minor >= _VISITS.c.due_minor)
        .order_by(_VISITS.c.completed_at, _VISITS.c.id)
    )


def _after(last: Any) -> Any:
    at = _VISITS.c.completed_at
    return or_(at > last.completed_at, and_(at == last.completed_at, _VISITS.c.id > last.id))


def _lines(session: Session, visit_ids: Iterable[int]) -> Mapping[int, list[LineFacts]]:
    net = _LINES.c.amount_minor - _LINES.c.discount_minor - _LINES.c.package_minor
    rows = session.execute(
        select(_LINES.c.visit_id, _LINES.c.service_id, _SERVICES.c.specialty, net)
        .join(_SERVICES, _SERVICES.c.id == _LINES.c.service_id)
        .where(_LINES.c.visit_id.in_(visit_ids))
    )
    lines: dict[int, list[LineFacts]] = defaultdict(list)
    for visit_id, *facts in rows:
        lines[visit_id].append(LineFacts(*facts))
    return lines
