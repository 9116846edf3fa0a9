"""The words of messages, safe on a locked screen: no name, no reason of a visit, nothing clinical (C11)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from babel.support import NullTranslations

from web import formats
from web import message_texts_points as about_points
from web.i18n import catalogue

Values = Mapping[str, Any]
Text = Callable[[NullTranslations, Values, str], str]


def message_text(step: str, values: Values, language: str) -> str:
    """The words of a step in the recipient's language, whoever caused it.

    Raises KeyError for an unknown step and when a value is missing: half a sentence is never sent (C12).
    """
    return _TEXTS[step](catalogue(language), values, language)


def _login_code(words: NullTranslations, values: Values, language: str) -> str:
    _ = words.gettext
    return _(
        "%(code)s is your code for logging in. It is good for 10 minutes. Our staff never ask for it."
    ) % {"code": values["code"]}


def _appointment_requested(words: NullTranslations, values: Values, language: str) -> str:
    _ = words.gettext
    return _("%(clinic)s: thank you, your request has arrived. We will call you to agree on a time.") % {
        "clinic": values["clinic"]
    }


def _visit_booked(words: NullTranslations, values: Values, language: str) -> str:
    _ = words.gettext
    return _("%(clinic)s: see you on %(day)s at %(time)s. If that does not suit you, please call us.") % {
        "clinic": values["clinic"],
        "day": formats.day(date.fromisoformat(values["day"]), "medium", language),
        "time": values["time"],
    }


def _points_earned(words: NullTranslations, values: Values, language: str) -> str:
    ngettext = words.ngettext
    points = int(values["points"])
    return ngettext(
        "%(clinic)s: %(points)s point was added to your card. Thank you.",
        "%(clinic)s: %(points)s points were added to your card. Thank you.",
        points,
    ) % {"clinic": values["clinic"], "points": formats.number(points, language)}


def _referral_advanced(words: NullTranslations, values: Values, language: str) -> str:
    ngettext = words.ngettext
    points = int(values["points"])
    return ngettext(
        "%(clinic)s: %(points)s point was added. Thank you for helping a friend.",
        "%(clinic)s: %(points)s points were added. Thank you for helping a friend.",
        points,
    ) % {"clinic": values["clinic"], "points": formats.number(points, language)}


def _tier_reached(words: NullTranslations, values: Values, language: str) -> str:
    _ = words.gettext
    tiers = {
        "member": _("%(clinic)s: you are a Member now. Your card shows what that opens."),
        "silver": _("%(clinic)s: your card is Silver now. Thank you for staying with us."),
        "gold": _("%(clinic)s: your card is Gold now. Thank you for staying with us."),
        "black": _("%(clinic)s: your card is Black now. Thank you for staying with us."),
    }
    return tiers[values["tier"]] % {"clinic": values["clinic"]}


_TEXTS: Mapping[str, Text] = {
    "login-code": _login_code,
    "appointment-requested": _appointment_requested,
    "visit-booked": _visit_booked,
    "points-earned": _points_earned,
    "referral-advanced": _referral_advanced,
    "tier-reached": _tier_reached,
    "balance": about_points.balance,
    "expiry-warning": about_points.expiry_warning,
    "birthday": about_points.birthday,
    "reward-ready": about_points.reward_ready,
    "reward-reminder": about_points.reward_reminder,
    "tier-fall": about_points.tier_fall,
}
