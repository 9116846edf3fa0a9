"""What a refund or an undone completion takes back of a visit's points."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.database import table_of
from loyalty.points import rules
from loyalty.points.models import LedgerEntry
from loyalty.points.operations.reversals import reverse_credit

_ENTRIES = table_of(LedgerEntry).c


def take_back_for_refund(
    session: Session,
    *,
    visit: Any,
    refund_id: int,
    today: date,
    actor: Actor,
    now: datetime,
    quiet: bool = False,
) -> bool:
    """Take back what the refunded part of a visit had earned, at the rate of the earning day (P9).

    Fixed bonuses stay while money is left that earns, and go with the last of it.
    """
    left = rules.eligible_of(visit)
    taken = False
    for given in _given(session, visit.id):
        points = _lost(given, _taken_back(session, visit.id, given), left)
        if points > 0:
            what = "" if given.kind == "earn" else f":{given.id}"
            taken |= reverse_credit(
                session,
                patient_id=visit.patient_id,
                credit_key=given.key,
                points=points,
                key=f"refund:{refund_id}:reverse{what}",
                today=today,
                actor=actor,
                now=now,
                visit_id=visit.id,
                refund_id=refund_id,
                quiet=quiet,
            )
    return taken


def _lost(given: Any, taken_back: int, left_minor: int) -> int:
    if left_minor == 0:
        return int(given.points) - taken_back
    if given.kind == "bonus":
        return 0
    return rules.take_back(
        earned=given.points,
        taken_back=taken_back,
        remaining_eligible_minor=left_minor,
        rate=rules.Rate(
            given.money_per_point_minor, given.multiplier_percent, given.weight_part, given.weight_whole
        ),
    )


def take_back_visit(
    session: Session,
    *,
    visit: Any,
    cause_key: str,
    today: date,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    quiet: bool = False,
) -> int:
    """Take back everything a visit still holds, because it was not completed after all; how much.

    Entries are keyed ``{cause_key}:reverse:…``; a repeat finds nothing left.
    """
    total = 0
    for given in _given(session, visit.id):
        points = given.points - _taken_back(session, visit.id, given)
        if points > 0 and reverse_credit(
            session,
            patient_id=visit.patient_id,
            credit_key=given.key,
            points=points,
            key=f"{cause_key}:reverse:{given.id}",
            today=today,
            actor=actor,
            now=now,
            visit_id=visit.id,
            reason=reason,
            quiet=quiet,
        ):
            total += points
    return total


def _given(session: Session, visit_id: int) -> Sequence[Any]:
    """What a visit gave; of completions undone before everything has been taken back already."""
    return session.execute(
        select(
            _ENTRIES.id,
            _ENTRIES.key,
            _ENTRIES.kind,
            _ENTRIES.points,
            _ENTRIES.money_per_point_minor,
            _ENTRIES.multiplier_percent,
            _ENTRIES.weight_part,
            _ENTRIES.weight_whole,
        )
        .where(_ENTRIES.visit_id == visit_id, _ENTRIES.kind.in_(("earn", "bonus")))
        .order_by(_ENTRIES.id)
    ).all()


def _taken_back(session: Session, visit_id: int, given: Any) -> int:
    # Entries written before there were bonuses name nothing: they took back what money had earned.
    names = [_ENTRIES.rule == f"entry:{given.id}"]
    if given.kind == "earn":
        names.append(_ENTRIES.rule == "")
    total = session.execute(
        select(func.coalesce(func.sum(_ENTRIES.points), 0)).where(
            _ENTRIES.visit_id == visit_id, _ENTRIES.kind == "reverse", or_(*names)
        )
    ).scalar_one()
    return -int(total)
