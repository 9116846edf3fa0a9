"""Points that a person gives or takes by hand (P15)."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic.queries import programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.database import table_of
from loyalty.kernel.once import InsertOnce
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points import rules
from loyalty.points.models import EarningRule, ManualEntry
from loyalty.points.operations import book
from loyalty.points.operations.ledger import credit, spend
from loyalty.points.rules.conditions import MOST_POINTS

_MANUAL = table_of(ManualEntry)
_add_manual = InsertOnce(_MANUAL, key=(_MANUAL.c.key,), returning=_MANUAL.c.id)
_LONGEST_REASON = 500


class _DefaultLife:
    """The life that the clinic's points have anyway."""


DEFAULT_LIFE: Final = _DefaultLife()


def adjust_points(
    session: Session,
    *,
    patient_id: int,
    points: int,
    reason: str,
    key: str,
    actor: Actor,
    now: datetime,
    valid_to: date | _DefaultLife | None = DEFAULT_LIFE,
    rule_id: int | None = None,
) -> ManualEntry:
    """Give points, or take them when negative, for a reason; the same ``key`` again gives the first entry.

    More than ``points.manual_limit`` waits for a second person and changes nothing yet. ``valid_to`` None
    never ends. ``rule_id`` names the manual earning rule that staff applied. Refuses ``reason_missing``,
    ``points_zero``, ``points_too_many``, ``last_day_past``, ``rule_not_active``, ``patient_unknown``,
    ``patient_merged``, ``not_enough_points`` (no debit below zero) and ``key_reused`` with another content.
    """
    told = reason.strip()[:_LONGEST_REASON]
    _check(points, told)
    setup = programme(session)
    today = setup.calendar.day_of(now)
    ends = rules.last_day(today, setup.settings) if isinstance(valid_to, _DefaultLife) else valid_to
    book.lock(session, patient_id)
    known = session.scalar(select(ManualEntry).where(ManualEntry.key == key))
    if known is not None:
        if (known.patient_id, known.points, known.reason) != (patient_id, points, told):
            raise Refusal("key_reused")
        return known
    _check_may_act(session, patient_id, rule_id, today)
    waits = abs(points) > setup.settings["points.manual_limit"]
    row = {
        "key": key,
        "patient_id": patient_id,
        "points": points,
        "reason": told,
        "rule_id": rule_id,
        "valid_to": ends if points > 0 else None,
        "state": "waiting" if waits else "posted",
        "requested_at": now,
        "requested_by_kind": actor.kind,
        "requested_by_id": actor.id,
    }
    entry_id = _add_manual(session, row)
    if entry_id is None:
        raise Refusal("key_reused")
    entry = session.get_one(ManualEntry, entry_id)
    if not waits:
        _post(session, entry, today, actor, now)
    _record(session, entry, "points.asked" if waits else "points.adjusted", actor, now, told)
    return entry


def _check(points: int, reason: str) -> None:
    if not reason:
        raise Refusal("reason_missing")
    if points == 0:
        raise Refusal("points_zero")
    if abs(points) > MOST_POINTS:
        raise Refusal("points_too_many", most=MOST_POINTS)


def _check_may_act(session: Session, patient_id: int, rule_id: int | None, today: date) -> None:
    if session.scalar(select(Patient.merged_into_id).where(Patient.id == patient_id)) is not None:
        raise Refusal("patient_merged")
    rule = None if rule_id is None else session.get(EarningRule, rule_id)
    if rule_id is not None and (rule is None or (rule.state, rule.trigger) != ("active", "manual")):
        raise Refusal("rule_not_active")


def _post(session: Session, entry: ManualEntry, today: date, actor: Actor, now: datetime) -> None:
    if entry.points > 0 and entry.valid_to is not None and entry.valid_to < today:
        raise Refusal("last_day_past", day=entry.valid_to)
    key = f"manual:{entry.id}"
    if entry.points < 0:
        row = book.entry_row(entry.patient_id, "adjust", entry.points, key, now, actor, reason=entry.reason)
        spend(session, row, today=today)
        return
    rule = None if entry.rule_id is None else session.get_one(EarningRule, entry.rule_id)
    credit(
        session,
        patient_id=entry.patient_id,
        points=entry.points,
        kind="adjust" if rule is None else "bonus",
        key=key,
        valid_to=entry.valid_to,
        rule="" if rule is None else f"{rule.code}:{rule.version}",
        rule_ids=None if rule is None else [rule.id],
        reason=entry.reason,
        actor=actor,
        now=now,
    )


def decide_manual_entry(
    session: Session, *, entry_id: int, approve: bool, refusal: str | None, actor: Actor, now: datetime
) -> ManualEntry:
    """A second person posts or refuses a waiting entry; a refusal needs its reason (P15).

    Refuses ``entry_unknown``, ``no_decider`` for all but staff, ``own_decision`` for who asked,
    ``already_decided``, ``reason_missing``, and on approval ``not_enough_points`` and ``last_day_past``.
    """
    found = session.scalar(select(ManualEntry).where(ManualEntry.id == entry_id))
    if found is None:
        raise Refusal("entry_unknown")
    book.lock(session, found.patient_id)
    # Her summary may have been another's a moment ago: a merge moves what waits (P17).
    entry = session.get_one(ManualEntry, entry_id, with_for_update=True, populate_existing=True)
    told = (refusal or "").strip()[:_LONGEST_REASON]
    _check_decision(entry, approve, told, actor)
    if approve:
        _post(session, entry, programme(session).calendar.day_of(now), actor, now)
    entry.state = "posted" if approve else "refused"
    entry.refusal = None if approve else told
    entry.decided_at, entry.decided_by_id = now, actor.id
    session.flush()
    _record(
        session, entry, "points.agreed" if approve else "points.refused", actor, now, told or entry.reason
    )
    return entry


def _check_decision(entry: ManualEntry, approve: bool, told: str, actor: Actor) -> None:
    if actor.kind != "staff":
        raise Refusal("no_decider")
    if entry.state != "waiting":
        raise Refusal("already_decided")
    if (entry.requested_by_kind, entry.requested_by_id) == (actor.kind, actor.id):
        raise Refusal("own_decision")
    if not approve and not told:
        raise Refusal("reason_missing")


def _record(
    session: Session, entry: ManualEntry, action: str, actor: Actor, now: datetime, reason: str
) -> None:
    after: dict[str, Any] = {"points": entry.points, "state": entry.state}
    record(
        session,
        actor=actor,
        action=action,
        object_kind="manual_entry",
        object_id=entry.id,
        patient_id=entry.patient_id,
        after=after,
        reason=reason,
        now=now,
    )
