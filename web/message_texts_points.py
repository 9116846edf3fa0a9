"""The words of messages about points, gifts and tiers; safe on a locked screen like all others (C11)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.support import NullTranslations

from web import formats

Values = Mapping[str, Any]


def _day(values: Values, language: str) -> str:
    return formats.day(date.fromisoformat(values["day"]), "medium", language)


def balance(words: NullTranslations, values: Values, language: str) -> str:
    ngettext = words.ngettext
    points = int(values["points"])
    return ngettext(
        "%(clinic)s: you have %(points)s point. Your card shows what it opens.",
        "%(clinic)s: you have %(points)s points. Your card shows what they open.",
        points,
    ) % {"clinic": values["clinic"], "points": formats.number(points, language)}


def expiry_warning(words: NullTranslations, values: Values, language: str) -> str:
    ngettext = words.ngettext
    points = int(values["points"])
    return ngettext(
        "%(clinic)s: %(points)s point on your card can be used until %(day)s.",
        "%(clinic)s: %(points)s points on your card can be used until %(day)s.",
        points,
    ) % {
        "clinic": values["clinic"],
        "points": formats.number(points, language),
        "day": _day(values, language),
    }


def birthday(words: NullTranslations, values: Values, language: str) -> str:
    ngettext = words.ngettext
    points = int(values["points"])
    return ngettext(
        "%(clinic)s: happy birthday! %(points)s point from us is on your card.",
        "%(clinic)s: happy birthday! %(points)s points from us are on your card.",
        points,
    ) % {"clinic": values["clinic"], "points": formats.number(points, language)}


def reward_ready(words: NullTranslations, values: Values, language: str) -> str:
    _ = words.gettext
    if "day" not in values:
        return _("%(clinic)s: your gift is ready for you at reception.") % {"clinic": values["clinic"]}
    return _("%(clinic)s: your gift is ready for you at reception, until %(day)s.") % {
        "clinic": values["clinic"],
        "day": _day(values, language),
    }


def reward_reminder(words: NullTranslations, values: Values, language: str) -> str:
    _ = words.gettext
    if "day" not in values:
        return _("%(clinic)s: your gift still waits for you at reception.") % {"clinic": values["clinic"]}
    return _("%(clinic)s: your gift still waits for you at reception, until %(day)s.") % {
        "clinic": values["clinic"],
        "day": _day(values, language),
    }


def tier_fall(words: NullTranslations, values: Values, language: str) -> str:
    _ = words.gettext
    tiers = {
        "member": _("%(clinic)s: your Member card would end on %(day)s. Your pages show what keeps it."),
        "silver": _("%(clinic)s: your Silver card would change on %(day)s. Your pages show what keeps it."),
        "gold": _("%(clinic)s: your Gold card would change on %(day)s. Your pages show what keeps it."),
        "black": _("%(clinic)s: your Black card would change on %(day)s. Your pages show what keeps it."),
    }
    return tiers[values["tier"]] % {"clinic": values["clinic"], "day": _day(values, language)}
