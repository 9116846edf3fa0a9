"""What a country's customs and laws preset; a clinic's lawyer may change each value later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loyalty.kernel.money import MINOR_DIGITS
from loyalty.kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Preset:
    """``region`` reads national phone numbers; ``channels`` in the order in which they are tried."""

    region: str
    channels: tuple[str, ...]
    settings: Mapping[str, Any]


_MONEY = {
    "VND": {"points.money_per_point": 10_000, "points.value": 1_000},
    "CNY": {"points.money_per_point": 10, "points.value": 1},
    "RUB": {"points.money_per_point": 100, "points.value": 10},
    "USD": {"points.money_per_point": 10, "points.value": 1},
}

PRESETS: Mapping[str, Preset] = {
    "VN": Preset("VN", ("zalo", "sms", "email"), {}),
    "CN": Preset("CN", ("wechat", "sms", "email"), {}),
    "RU": Preset("RU", ("sms", "email"), {}),
    "GENERAL": Preset("US", ("sms", "email"), {}),
}


def preset_of(country: str) -> Preset:
    try:
        return PRESETS[country]
    except KeyError:
        raise Refusal("unknown_country", country=country) from None


def first_settings(country: str, currency: str) -> dict[str, Any]:
    """The settings a new clinic starts with, for its country and currency (P2)."""
    if currency not in MINOR_DIGITS:
        raise Refusal("unknown_currency", currency=currency)
    return {**_MONEY[currency], **preset_of(country).settings}
