"""Writing earning rules: a draft is tried on the past, activated, and replaced by its next version."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic.models import Clinic, Service
from loyalty.clinic.queries import forget_programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.refusal import Refusal
from loyalty.points.models import EarningRule
from loyalty.points.queries.earning_rules import CHANGED
from loyalty.points.rules.conditions import check_rule


def save_earning_rule(
    session: Session,
    *,
    code: str,
    name: LocalizedText,
    trigger: str,
    conditions: Mapping[str, Any],
    percent: int | None,
    points: int | None,
    priority: int,
    stacks: bool,
    valid_from: date | None,
    valid_to: date | None,
    actor: Actor,
    now: datetime,
) -> EarningRule:
    """Write a rule as a draft; it earns nothing yet.

    A draft of that code is changed in place; of an active or retired one the next version is made, so that
    entries keep the version they came from (P5). Refuses ``rule_code_bad``, ``rule_effect_bad``,
    ``name_missing`` and ``rule_condition_bad`` with the field's name.
    """
    code = code.strip().upper()
    kept = {field: value for field, value in conditions.items() if value not in (None, False, [], ())}
    check_rule(code=code, trigger=trigger, conditions=kept, percent=percent, points=points)
    _check_facts(session, name, kept, valid_from, valid_to)
    _one_at_a_time(session)
    draft = _draft_of(session, code, now)
    draft.name, draft.trigger, draft.conditions = LocalizedText.of(name), trigger, kept
    draft.percent, draft.points = percent, points
    draft.priority, draft.stacks = priority, stacks
    draft.valid_from, draft.valid_to = valid_from, valid_to
    session.add(draft)
    session.flush()
    _record(session, draft, "earning_rule.saved", actor, now)
    return draft


def _check_facts(
    session: Session,
    name: Mapping[str, str],
    conditions: Mapping[str, Any],
    valid_from: date | None,
    valid_to: date | None,
) -> None:
    if not any(text.strip() for text in name.values()):
        raise Refusal("name_missing")
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise Refusal("rule_condition_bad", field="valid_to")
    services = conditions.get("services", ())
    known = session.scalar(select(func.count()).select_from(Service).where(Service.id.in_(services)))
    if known != len(services):
        raise Refusal("rule_condition_bad", field="services")


def _draft_of(session: Session, code: str, now: datetime) -> EarningRule:
    latest = session.scalar(
        select(EarningRule).where(EarningRule.code == code).order_by(EarningRule.version.desc()).limit(1)
    )
    if latest is not None and latest.state == "draft":
        return latest
    version = 1 if latest is None else latest.version + 1
    return EarningRule(code=code, version=version, state="draft", created_at=now)


def activate_earning_rule(session: Session, *, rule_id: int, actor: Actor, now: datetime) -> EarningRule:
    """Let a draft earn from now on, in place of the version of its code that was active.

    Refuses ``rule_unknown`` and ``rule_not_draft``.
    """
    _one_at_a_time(session)
    rule = _rule(session, rule_id)
    if rule.state != "draft":
        raise Refusal("rule_not_draft")
    session.execute(
        update(EarningRule)
        .where(EarningRule.code == rule.code, EarningRule.state == "active")
        .values(state="retired", retired_at=now)
    )
    rule.state, rule.activated_at = "active", now
    session.flush()
    _tell_everybody(session)
    _record(session, rule, "earning_rule.activated", actor, now)
    return rule


def retire_earning_rule(session: Session, *, rule_id: int, actor: Actor, now: datetime) -> EarningRule:
    """End an active rule or drop a draft; entries keep it. A retired one stays as it is."""
    _one_at_a_time(session)
    rule = _rule(session, rule_id)
    if rule.state == "retired":
        return rule
    was_active = rule.state == "active"
    rule.state, rule.retired_at = "retired", now
    session.flush()
    if was_active:
        _tell_everybody(session)
    _record(session, rule, "earning_rule.retired", actor, now)
    return rule


def _rule(session: Session, rule_id: int) -> EarningRule:
    rule = session.get(EarningRule, rule_id, populate_existing=True)
    if rule is None:
        raise Refusal("rule_unknown")
    return rule


def _one_at_a_time(session: Session) -> None:
    session.execute(select(Clinic.id).where(Clinic.id == 1).with_for_update())


def _tell_everybody(session: Session) -> None:
    """Make every process read the active rules anew; this one keeps nothing until the change is certain."""
    session.execute(update(Clinic).where(Clinic.id == 1).values(rules_version=Clinic.rules_version + 1))
    session.info[CHANGED] = True
    forget_programme(session)


def _forget_change(session: Session, *_: object) -> None:
    session.info.pop(CHANGED, None)


event.listen(Session, "after_commit", _forget_change)
event.listen(Session, "after_rollback", _forget_change)


def _record(session: Session, rule: EarningRule, action: str, actor: Actor, now: datetime) -> None:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="earning_rule",
        object_id=rule.id,
        after={
            "code": rule.code,
            "version": rule.version,
            "trigger": rule.trigger,
            "conditions": dict(rule.conditions),
            "percent": rule.percent,
            "points": rule.points,
            "priority": rule.priority,
            "stacks": rule.stacks,
            "valid_from": rule.valid_from.isoformat() if rule.valid_from else None,
            "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        },
        now=now,
    )
