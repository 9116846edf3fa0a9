"""An earning rule in words: what it gives, when, and how it goes together with others."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from admin import blueprint
from admin.earning_forms import weekday_names
from admin.labels import in_language
from loyalty.clinic import queries as clinic
from loyalty.points.models import EarningRule
from web.extensions import db
from web.formats import day, number
from web.labels import specialty_name, tier_name

Lines = list[tuple[str, str]]


def effect_text(rule: EarningRule) -> str:
    """What the rule gives: "200 % of the usual points", "50 points"."""
    if rule.percent is not None:
        return _("%(percent)s %% of the usual points", percent=number(rule.percent))
    return ngettext("%(num)s point", "%(num)s points", rule.points or 0)


def trigger_name(trigger: str) -> str:
    names = {
        "visit": _("For paid visits"),
        "birthday": _("For birthdays"),
        "manual": _("Given by staff"),
    }
    return names.get(trigger, trigger)


def rule_state_name(state: str) -> str:
    names = {"draft": _("Draft"), "active": _("Active"), "retired": _("Retired")}
    return names.get(state, state)


def validity_text(rule: EarningRule) -> str:
    """From when to when; empty when always."""
    if rule.valid_from and rule.valid_to:
        return _("%(first)s to %(last)s", first=day(rule.valid_from), last=day(rule.valid_to))
    if rule.valid_from:
        return _("from %(day)s", day=day(rule.valid_from))
    return _("until %(day)s", day=day(rule.valid_to)) if rule.valid_to else ""


def condition_lines(rule: EarningRule, services: Mapping[int, str]) -> Lines:
    """The conditions as (what, which); none is an empty list. ``services`` are names by number."""
    found: Mapping[str, Any] = rule.conditions
    chosen = (services.get(one, str(one)) for one in found.get("services", []))
    lines = [
        (_("Services"), _joined(chosen)),
        (_("Departments"), _joined([specialty_name(code) for code in found.get("specialties", [])])),
        (_("Tiers"), _joined(tier_name(tier) for tier in found.get("tiers", []))),
        (_("Weekdays"), _joined(weekday_names()[one] for one in sorted(found.get("weekdays", [])))),
        (_("Hours"), " – ".join(found.get("hours", []))),
        (_("Visit"), _("only the first one") if found.get("first_visit") else ""),
        (_("Service"), _("the one most asked for in the month before") if found.get("popular") else ""),
    ]
    return [(what, which) for what, which in lines if which]


def service_names(rules: Iterable[EarningRule]) -> Mapping[int, str]:
    """The names of services; nothing is asked where no rule chooses any."""
    if not any(rule.conditions.get("services") for rule in rules):
        return {}
    return {row.id: in_language(row.name) for row in clinic.services(db.session())}


def _joined(words: Any) -> str:
    return ", ".join(words)


@blueprint.record_once
def _register(state: Any) -> None:
    names = (effect_text, trigger_name, rule_state_name, validity_text)
    state.app.jinja_env.filters.update({name.__name__: name for name in names})
