"""What a change of the ladder would do, counted without doing it (M8)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.clinic.rules.settings import Settings, known
from loyalty.kernel.refusal import Refusal
from loyalty.tiers.queries.counts import rank_of, standings
from loyalty.tiers.rules import LADDER_KEYS, TIERS

Numbers = Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class Effect:
    """How many patients would rise at once and fall after their notice, and how many stand where.

    Newcomers, who have no tier yet, stand under None.
    """

    rise: int
    fall: int
    before: Numbers
    after: Numbers


def preview_thresholds(
    session: Session, *, changes: Mapping[str, int | str], programme: Programme, today: date
) -> Effect:
    """The effect of changed settings of the ladder on the patients as they stand; writes nothing.

    Refuses keys that are none of the ladder's (``unknown_setting``) and values that do not fit
    (``bad_setting``).
    """
    for key, value in changes.items():
        if key not in LADDER_KEYS:
            raise Refusal("unknown_setting", key=key)
        if not known(key).check(value):
            raise Refusal("bad_setting", key=key, value=str(value))
    changed = replace(programme, settings=Settings({**dict(programme.settings.items()), **changes}))
    found = standings(changed, today, names=("now", "ahead")).query.subquery()
    stand = rank_of(found.c.tier)
    moved = _moved(found.c, stand, today)
    rows = session.execute(select(stand, moved, func.count()).group_by(stand, moved)).all()
    return Effect(
        rise=sum(count for before, after, count in rows if after > before),
        fall=sum(count for before, after, count in rows if after < before),
        before=_by_tier((before, count) for before, _, count in rows),
        after=_by_tier((after, count) for _, after, count in rows),
    )


def _moved(row: Any, stand: ColumnElement[int], today: date) -> ColumnElement[int]:
    """The rank that a patient comes to: up by what counts now, down by what will count after the notice."""
    goal = case((row.now > stand, row.now), (row.ahead < stand, row.ahead), else_=stand)
    pin = rank_of(row.tier_pin)
    holds = and_(row.tier_pin.is_not(None), row.tier_pin_until >= today)
    return case((and_(holds, or_(row.tier_pin_lowers, pin > goal)), pin), else_=goal)


def _by_tier(numbers: Any) -> Numbers:
    sums: dict[str | None, int] = dict.fromkeys((None, *TIERS), 0)
    for number, count in numbers:
        sums[(None, *TIERS)[number]] += count
    return sums
