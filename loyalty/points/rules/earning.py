"""What earning rules make of a visit.

Rules are asked in order of priority, the highest first, then by age. The conditions of a rule are all to be
met; services, specialties and "popular" choose bill lines, everything else the visit. A rule that does not
stack stands alone: it works only where nothing worked before it, and nothing works after it. That is told
line by line for percentages, which add up their differences to 100, and once a visit for fixed points.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

PLAIN_PERCENT = 100
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Conditions:
    """When a rule applies; None is "whatever"."""

    services: frozenset[int] | None = None
    specialties: frozenset[str] | None = None
    tiers: frozenset[str] | None = None
    weekdays: frozenset[int] | None = None
    hours: tuple[str, str] | None = None
    first_visit: bool = False
    popular: bool = False


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """An active version of an earning rule; exactly one of ``percent`` and ``points`` is set."""

    id: int
    code: str
    version: int
    percent: int | None
    points: int | None
    priority: int
    stacks: bool
    conditions: Conditions
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def name(self) -> str:
        """As it stands on ledger entries."""
        return f"{self.code}:{self.version}"

    def is_valid(self, day: date) -> bool:
        """Whether the rule holds on a local day, both ends included (TM3)."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What rules ask of a visit: when it was completed by the clinic's clock, and whose it is."""

    local: datetime
    tier: str | None
    is_first: bool
    popular_service_id: int | None


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What rules ask of a bill line; ``net_minor`` is its amount after discounts and package sessions."""

    service_id: int
    specialty: str
    net_minor: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the rules make of a visit: ``part`` over ``whole`` of its plain points, and fixed bonuses.

    Without a percentage that applied ``part`` and ``whole`` are None: the points are the plain ones.
    """

    part: int | None
    whole: int | None
    shares: tuple[RuleInForce, ...]
    bonuses: tuple[RuleInForce, ...]


def in_order(rules: Iterable[RuleInForce]) -> list[RuleInForce]:
    """The highest priority first, then the oldest."""
    return sorted(rules, key=lambda rule: (-rule.priority, rule.id))


def weigh(rules: Iterable[RuleInForce], facts: VisitFacts, lines: Sequence[LineFacts]) -> Weighed:
    """What the rules, in any order, make of a visit and its lines."""
    asked = [rule for rule in in_order(rules) if meets_visit(rule, facts)]
    by_line = [_applied([rule for rule in asked if _shares(rule, facts, line)]) for line in lines]
    bonuses = [rule for rule in asked if rule.points is not None and _has_line(rule, facts, lines)]
    shares = {rule.id: rule for applied in by_line for rule in applied}
    part = whole = None
    if shares:
        whole = PLAIN_PERCENT * sum(line.net_minor for line in lines)
        part = sum(line.net_minor * _percent(applied) for line, applied in zip(lines, by_line, strict=True))
    return Weighed(part, whole, tuple(in_order(shares.values())), tuple(_applied(bonuses)))


def meets_visit(rule: RuleInForce, facts: VisitFacts) -> bool:
    """Whether the conditions that choose visits are met."""
    wanted = rule.conditions
    if not rule.is_valid(facts.local.date()) or (wanted.first_visit and not facts.is_first):
        return False
    if wanted.weekdays is not None and facts.local.weekday() not in wanted.weekdays:
        return False
    if wanted.hours is not None and not wanted.hours[0] <= f"{facts.local:%H:%M}" < wanted.hours[1]:
        return False
    return wanted.tiers is None or facts.tier in wanted.tiers


def meets_line(rule: RuleInForce, facts: VisitFacts, line: LineFacts) -> bool:
    """Whether the conditions that choose bill lines are met."""
    wanted = rule.conditions
    if wanted.services is not None and line.service_id not in wanted.services:
        return False
    if wanted.popular and line.service_id != facts.popular_service_id:
        return False
    return wanted.specialties is None or line.specialty in wanted.specialties


def _shares(rule: RuleInForce, facts: VisitFacts, line: LineFacts) -> bool:
    return rule.percent is not None and meets_line(rule, facts, line)


def _has_line(rule: RuleInForce, facts: VisitFacts, lines: Iterable[LineFacts]) -> bool:
    return any(meets_line(rule, facts, line) for line in lines)


def _applied(matching: Iterable[RuleInForce]) -> list[RuleInForce]:
    """Those of the matching rules, in their order, that work: an exclusive one stands alone."""
    applied: list[RuleInForce] = []
    for rule in matching:
        if rule.stacks:
            applied.append(rule)
        elif not applied:
            return [rule]
    return applied


def _percent(applied: Iterable[RuleInForce]) -> int:
    return max(0, PLAIN_PERCENT + sum((rule.percent or 0) - PLAIN_PERCENT for rule in applied))


def name_of_money(shares: Iterable[RuleInForce]) -> str:
    """How the entry of a visit's money names its rules."""
    names = ",".join(rule.name for rule in shares)
    return (f"money+{names}" if names else "money")[:_LONGEST_NAME]
