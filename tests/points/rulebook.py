"""Earning rules for tests: drafted, or in force at once."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.kernel.localized import LocalizedText
from loyalty.points import operations as points
from loyalty.points.models import EarningRule
from tests.points.books import HOA
from tests.support.acting import commit
from tests.support.cast import NOON

PLAIN: dict[str, Any] = {
    "trigger": "visit",
    "conditions": {},
    "percent": None,
    "points": None,
    "priority": 0,
    "stacks": True,
    "valid_from": None,
    "valid_to": None,
}


def draft(session: Session, code: str, now: datetime = NOON, **more: Any) -> EarningRule:
    rule = points.save_earning_rule(
        session, code=code, **{**PLAIN, "name": LocalizedText.of(code), **more}, actor=HOA, now=now
    )
    commit(session, now)
    return rule


def activate(session: Session, rule: EarningRule, now: datetime = NOON) -> EarningRule:
    points.activate_earning_rule(session, rule_id=rule.id, actor=HOA, now=now)
    commit(session, now)
    return rule


def in_force(session: Session, code: str, **more: Any) -> EarningRule:
    return activate(session, draft(session, code, **more))
