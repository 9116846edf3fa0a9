"""What a catalogue item must say of itself, by its kind; who may take it and when."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Protocol

from loyalty.kernel.money import LARGEST_MINOR
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.rules.values import MOST_SESSIONS, has_begun, has_ended
from loyalty.tiers.rules import TIERS

MOST_DAYS = 3650
MOST_POINTS = MOST_STOCK = 10**6
#: Keys of ``details`` by kind, needed ones and those that may be left out.
DETAILS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "gift": ((), ()),
    "percent": (
        ("percent_hundredths", "valid_days"),
        ("max_discount_minor", "min_bill_minor", "service_ids"),
    ),
    "amount": (("amount_minor", "valid_days"), ("min_bill_minor",)),
    "service": (("service_id", "valid_days"), ()),
    "certificate": (("amount_minor", "valid_days"), ()),
    "package": (("service_id", "sessions", "valid_days"), ()),
}
KINDS = tuple(DETAILS)
#: Kinds that become a voucher, a certificate or a package at once; a gift is fetched at the desk.
DIGITAL = frozenset(KINDS) - {"gift"}
#: What draws an item that has no photo.
ICONS = (
    "gift", "ticket", "tag", "mail", "tooth", "drop", "wave", "leaf", "heart", "sun", "steth", "tea", "cake",
    "medal", "repeat",
)  # fmt: skip
HUES = ("leaf", "petal", "info", "gold")
_MOST: Mapping[str, int] = {
    "percent_hundredths": 10_000,
    "amount_minor": LARGEST_MINOR,
    "max_discount_minor": LARGEST_MINOR,
    "min_bill_minor": LARGEST_MINOR,
    "service_id": 2**53,
    "sessions": MOST_SESSIONS,
    "valid_days": MOST_DAYS,
}


class Offered(Protocol):
    """As much of a reward as decides whether it may be taken."""

    active: bool
    valid_from: date | None
    valid_to: date | None
    tier: str | None


def check_kind(kind: str) -> None:
    """Refuses a kind that the catalogue does not know."""
    if kind not in DETAILS:
        raise Refusal("unknown_choice", field="kind", value=kind)


def check_details(kind: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a kind without empty ones; refuses ``reward_detail_bad`` with the ``field``."""
    needed, possible = DETAILS[kind]
    given = {name: value for name, value in details.items() if value not in (None, [], ())}
    for name in needed:
        if name not in given:
            raise Refusal("reward_detail_bad", field=name)
    for name, value in given.items():
        if name not in (*needed, *possible) or not _is_sound(name, value):
            raise Refusal("reward_detail_bad", field=name)
    return given


def _is_sound(name: str, value: Any) -> bool:
    if name == "service_ids":
        return isinstance(value, list) and all(_is_sound("service_id", one) for one in value)
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST[name]


def services_of(details: Mapping[str, Any]) -> list[int]:
    """The services that the details of a reward name."""
    named = details.get("service_ids") or [details.get("service_id")]
    return [service for service in named if service is not None]


def check_number(field: str, value: int | None, least: int, most: int) -> None:
    """Refuses ``reward_number_bad`` outside ``least`` to ``most``; None is for the caller to judge."""
    if value is not None and not least <= value <= most:
        raise Refusal("reward_number_bad", field=field, least=least, most=most)


def check_choice(field: str, value: str | None, choices: Collection[str]) -> None:
    """Refuses a word that is none of the choices; None leaves the choice open."""
    if value is not None and value not in choices:
        raise Refusal("unknown_choice", field=field, value=value)


def is_offered(reward: Offered, today: date) -> bool:
    """Whether a reward may be taken on a local day."""
    return reward.active and has_begun(reward.valid_from, today) and not has_ended(reward.valid_to, today)


def tier_suffices(needed: str | None, tier: str | None) -> bool:
    """Whether a patient's tier is the needed one or a higher one."""
    if needed is None:
        return True
    return tier is not None and TIERS.index(tier) >= TIERS.index(needed)
