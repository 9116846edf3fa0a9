"""Every setting of the programme: its key, type, default and the rules it belongs to."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from loyalty.kernel.refusal import Refusal

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; ``rules`` names its rules in RULES.md and ``note`` says in English what it does."""

    key: str
    default: Any
    rules: str
    note: str
    check: Check

    @property
    def kind(self) -> str:
        return type(self.default).__name__


def _number(low: int, high: int) -> Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _one_of(*allowed: str) -> Check:
    return lambda value: value in allowed


def _text(longest: int) -> Check:
    return lambda value: isinstance(value, str) and len(value) <= longest and value.isprintable()


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _percents(value: Any) -> bool:
    fits = _number(0, 100)
    return isinstance(value, dict) and all(isinstance(tag, str) and fits(cap) for tag, cap in value.items())


_TIERS = (("member", 1, 0), ("silver", 3, 1), ("gold", 8, 3), ("black", 20, 8))

_ALL = (
    Setting("product.name", "Liana", "", "Name of the product, shown to staff only", _text(40)),
    Setting(
        "points.money_per_point",
        10_000,
        "P2",
        "Money in whole currency that earns one point",
        _number(1, 10**9),
    ),
    Setting("points.value", 1_000, "P2", "What one point pays, in whole currency", _number(1, 10**9)),
    Setting("points.cap_percent", 50, "P8", "Share of a bill that points may pay", _number(0, 100)),
    Setting(
        "points.cap_percent_by_tag",
        {"pensioner": 100},
        "P8",
        "Larger share for patients with a tag",
        _percents,
    ),
    Setting("points.life_months", 6, "P5", "Months that points live; 0 is for ever", _number(0, 120)),
    Setting(
        "points.life_mode",
        "months",
        "P5",
        "How the last day of points is found",
        _one_of("months", "days", "end_of_month", "end_of_year", "never"),
    ),
    Setting("points.life_days", 180, "P5", "Days that points live, where days are counted", _number(1, 3650)),
    Setting("points.expiry_warning_days", 14, "P14", "Days before points end to say so", _number(1, 90)),
    Setting(
        "points.manual_limit",
        500,
        "P15",
        "Points a person may give or take without a second one",
        _number(0, 10**6),
    ),
    Setting("points.birthday_bonus", 0, "P16", "Points for a birthday; 0 gives none", _number(0, 10**6)),
    Setting(
        "tiers.window",
        "lifetime",
        "M4",
        "Over which time visits and friends count",
        _one_of("lifetime", "rolling_12_months", "calendar_year"),
    ),
    Setting("tiers.grace_days", 30, "M4", "Days a tier is kept after its window ends", _number(0, 366)),
    Setting("tiers.notice_days", 30, "M6", "Days between the notice of a fall and the fall", _number(1, 366)),
    Setting(
        "rewards.reminder_days",
        7,
        "V7",
        "Days a reward waits at the desk before the patient is reminded",
        _number(1, 90),
    ),
    Setting(
        "certificates.life_months",
        12,
        "V4",
        "Months a gift certificate lives; 0 is for ever",
        _number(0, 120),
    ),
    Setting(
        "packages.no_show_takes_session", False, "V6", "A missed visit takes its reserved session", _flag
    ),
    Setting("visits.one_per_day", False, "M2", "Count at most one visit of a patient and local day", _flag),
    Setting(
        "referrals.reward_points",
        100,
        "F8",
        "Points for the referrer, given in two halves",
        _number(0, 10**6),
    ),
    Setting("referrals.window_days", 180, "F9", "Days a friend has to come and pay", _number(1, 3650)),
    Setting("referrals.cookie_days", 90, "F2", "Days an opened invite link is remembered", _number(1, 400)),
    Setting("referrals.open", True, "F10", "New friends can be introduced", _flag),
    Setting(
        "referrals.minimum_bill",
        0,
        "F8",
        "Smallest first bill, in whole currency, that qualifies",
        _number(0, 10**9),
    ),
    Setting(
        "referrals.pack_percent",
        20,
        "F13",
        "Newcomer pack: discount on the first examination",
        _number(0, 100),
    ),
    Setting(
        "access.codes_per_day",
        500,
        "",
        "One-time log-in codes the clinic pays for in 24 hours",
        _number(1, 1_000_000),
    ),
    Setting("leaderboard.settle_hours", 1, "B2", "Hours from the month's end to the draft", _number(0, 720)),
    Setting(
        "messages.marketing_cap_per_month",
        2,
        "C6",
        "Promotional messages to a patient and month",
        _number(0, 31),
    ),
    *(
        Setting(f"tiers.{tier}.{what}", number, "M1", note, _number(0, 10_000))
        for tier, visits, referrals in _TIERS
        for what, number, note in (
            ("visits", visits, f"Visits that reach the tier {tier}; 0 switches this way off"),
            ("referrals", referrals, f"Friends helped that reach the tier {tier}; 0 switches this way off"),
        )
    ),
    *(
        Setting(
            f"tiers.{tier}.multiplier_percent",
            100,
            "P2",
            f"Points of a visit in the tier {tier}, in percent of the plain number",
            _number(0, 1000),
        )
        for tier, *_ in _TIERS
    ),
    *(
        Setting(
            f"tiers.{tier}.entry_gift_points",
            0,
            "M7",
            f"Points given once on reaching the tier {tier}",
            _number(0, 10**6),
        )
        for tier, *_ in _TIERS
    ),
)

SETTINGS: Mapping[str, Setting] = MappingProxyType({setting.key: setting for setting in _ALL})


def known(key: str) -> Setting:
    """The setting of that key; an unknown key is refused."""
    try:
        return SETTINGS[key]
    except KeyError:
        raise Refusal("unknown_setting", key=key) from None


def parse(key: str, text: str) -> Any:
    """Read a value as a person types it (JSON, or bare text for texts); refuse what does not fit."""
    setting = known(key)
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if isinstance(setting.default, str) and not isinstance(value, str):
        value = text
    if not setting.check(value):
        raise Refusal("bad_setting", key=key, value=text)
    return value


class Settings:
    """The settings in force: what the clinic changed, over the defaults."""

    __slots__ = ("_changed",)

    def __init__(self, changed: Mapping[str, Any]) -> None:
        self._changed = changed

    def __getitem__(self, key: str) -> Any:
        return self._changed.get(key, SETTINGS[key].default)

    def items(self) -> list[tuple[str, Any]]:
        return [(key, self[key]) for key in SETTINGS]
