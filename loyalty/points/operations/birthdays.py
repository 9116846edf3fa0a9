"""The points a birthday brings (P16)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme, programme
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import table_of
from loyalty.patients.models import Patient, PatientStats
from loyalty.points import queries, rules
from loyalty.points.models import LedgerEntry
from loyalty.points.operations import book
from loyalty.points.operations.ledger import credit
from loyalty.points.rules.earning import RuleInForce

_ENTRIES = table_of(LedgerEntry).c


def give_birthday_bonus(session: Session, *, patient_id: int, year: int, now: datetime) -> bool:
    """Give a patient her birthday points of a year: once, whatever happens to the birth date (P16).

    The first active birthday rule that fits her tier says how many, else the setting. False when there are
    none, when she had those of that year, under another record before a merge included, or when she is
    merged, blocked or deceased.
    """
    book.lock(session, patient_id)
    name = f"birthday:{year}"
    had = select(_ENTRIES.id).where(_ENTRIES.patient_id == patient_id, _ENTRIES.rule == name)
    if session.execute(had.limit(1)).first() is not None:
        return False
    setup = programme(session)
    rule, amount = _amount(session, patient_id, setup, now)
    day = setup.calendar.day_of(now)
    return credit(
        session,
        patient_id=patient_id,
        points=amount,
        kind="bonus",
        key=f"birthday:{patient_id}:{year}",
        valid_to=rules.last_day(day, setup.settings),
        rule=name,
        rule_ids=None if rule is None else [rule.id],
        actor=SYSTEM,
        now=now,
    )


def _amount(
    session: Session, patient_id: int, setup: Programme, now: datetime
) -> tuple[RuleInForce | None, int]:
    who = session.execute(
        select(PatientStats.tier)
        .join(Patient, Patient.id == PatientStats.patient_id)
        .where(
            Patient.id == patient_id,
            Patient.merged_into_id.is_(None),
            Patient.blocked_at.is_(None),
            Patient.deceased_on.is_(None),
        )
    ).one_or_none()
    if who is None:
        return None, 0
    day = setup.calendar.day_of(now)
    for rule in queries.active_rules(session, setup, "birthday"):
        if rule.is_valid(day) and (rule.conditions.tiers is None or who.tier in rule.conditions.tiers):
            return rule, rule.points or 0
    return None, setup.settings["points.birthday_bonus"]
