"""The conditions of an earning rule: as they are stored, and whether a person wrote them rightly."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from loyalty.kernel.refusal import Refusal
from loyalty.points.rules.earning import Conditions

TRIGGERS = ("visit", "birthday", "manual")
MOST_POINTS = 10**6
MOST_PERCENT = 1000
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,29}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_TIERS = frozenset({"member", "silver", "gold", "black"})


def conditions_of(stored: Mapping[str, Any]) -> Conditions:
    """Stored conditions as rules ask them."""
    hours = stored.get("hours")
    return Conditions(
        services=_set(stored, "services"),
        specialties=_set(stored, "specialties"),
        tiers=_set(stored, "tiers"),
        weekdays=_set(stored, "weekdays"),
        hours=(hours[0], hours[1]) if hours else None,
        first_visit=bool(stored.get("first_visit")),
        popular=bool(stored.get("popular")),
    )


def _set(stored: Mapping[str, Any], name: str) -> frozenset[Any] | None:
    chosen = stored.get(name)
    return frozenset(chosen) if chosen else None


def check_rule(
    *, code: str, trigger: str, conditions: Mapping[str, Any], percent: int | None, points: int | None
) -> None:
    """Refuse ``rule_code_bad``, ``rule_effect_bad`` or ``rule_condition_bad`` with the field's name."""
    if not _CODE.fullmatch(code):
        raise Refusal("rule_code_bad")
    if trigger not in TRIGGERS or not _effect_fits(trigger, percent, points):
        raise Refusal("rule_effect_bad")
    for field, value in conditions.items():
        if field not in _ALLOWED[trigger] or not _CHECKS[field](value):
            raise Refusal("rule_condition_bad", field=field)


def _effect_fits(trigger: str, percent: int | None, points: int | None) -> bool:
    if percent is not None:
        return points is None and trigger == "visit" and 0 <= percent <= MOST_PERCENT
    return points is not None and 1 <= points <= MOST_POINTS


def _list_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, list) and all(fits(one) for one in value) and len(set(value)) == len(value)
    )


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _hours(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(one, str) and _TIME.fullmatch(one) for one in value)
        and value[0] < value[1]
    )


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "services": _list_of(_number),
    "specialties": _list_of(lambda value: isinstance(value, str) and 0 < len(value) <= 60),
    "tiers": _list_of(lambda value: isinstance(value, str) and value in _TIERS),
    "weekdays": _list_of(lambda value: _number(value) and 0 <= value <= 6),
    "hours": _hours,
    "first_visit": _flag,
    "popular": _flag,
}
_ALLOWED: Mapping[str, Collection[str]] = {
    "visit": _CHECKS.keys(),
    "birthday": ("tiers",),
    "manual": (),
}
