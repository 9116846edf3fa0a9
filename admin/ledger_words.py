"""A ledger entry as staff read it: who acted, by which rule, what it takes back."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from admin import blueprint
from admin.labels import actor_name
from loyalty.clinic import queries as clinic
from loyalty.points.queries import LedgerLine
from web.extensions import db
from web.formats import number
from web.labels import tier_name

MONEY, VIA = "money", "money+"
#: Rules that only name what an entry takes back or restores.
UNSAID = ("entry", "lot")


def rule_text(line: LedgerLine) -> str:
    """By which rule an entry came about, empty where its kind says it all (P5)."""
    rule, of = line.rule, line.rule.partition(":")[2]
    if rule == MONEY:
        return _("Usual points")
    if rule.startswith(VIA):
        return _("Usual points changed by %(rules)s", rules=rule.removeprefix(VIA).replace(",", ", "))
    cause = rule.partition(":")[0]
    if cause in UNSAID:
        return ""
    if rule in ("referral_first_half", "referral_second_half"):
        return _("First half") if rule == "referral_first_half" else _("Second half")
    if cause == "birthday":
        return _("Birthday %(year)s", year=of)
    if cause == "tier_gift":
        return _("On reaching %(tier)s", tier=tier_name(of))
    return _("Rule %(rule)s", rule=rule) if rule else ""


def reversal_text(line: LedgerLine) -> str:
    """Which entry this one takes back, by its number; empty for all others."""
    return _("Takes back entry %(number)s", number=number(line.reverses)) if line.reverses else ""


def people_behind(lines: Iterable[LedgerLine]) -> Mapping[int, str]:
    """The names of the staff among the actors; nothing is asked where nobody of them acted."""
    if not any(line.actor_kind == "staff" and line.actor_id for line in lines):
        return {}
    return {person.id: person.name for person in clinic.all_staff(db.session())}


def acted_by(line: LedgerLine, people: Mapping[int, str]) -> str:
    """Who wrote the entry: a person's name, or what kind of actor it was."""
    name = people.get(line.actor_id or 0) if line.actor_kind == "staff" else None
    return name or actor_name(line.actor_kind)


@blueprint.record_once
def _register(state: Any) -> None:
    names = (rule_text, reversal_text, acted_by)
    state.app.jinja_env.filters.update({name.__name__: name for name in names})
