"""Every change of the points as a sentence for its patient: never a service, never a friend's name (F15)."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from loyalty.clinic.queries import Programme
from loyalty.points.queries import LedgerLine
from web.formats import day, month, number
from web.labels import entry_text, tier_name

_ICONS = {
    "earn": ("steth", ""),
    "referral": ("users", "petal"),
    "redeem": ("wallet", "info"),
    "expire": ("clock", "grey"),
    "reverse": ("repeat", "warn"),
    "restore": ("repeat", ""),
}
_GIFT = ("gift", "petal")


@dataclass(frozen=True, slots=True)
class Change:
    """A ledger entry as its patient reads it; ``amount`` carries its sign, ``href`` leads to its visit."""

    text: str
    line: str
    points: int
    amount: str
    icon: str
    kind: str
    href: str


@dataclass(frozen=True, slots=True)
class Names:
    """What entries may call by name: earning rules by id, rewards by the redemption's id."""

    rules: Mapping[int, str]
    rewards: Mapping[int, str]


def redemption_of(entry: LedgerLine) -> int | None:
    """The redemption that took the points, or gave them back; None for all other changes."""
    what, _sep, rest = entry.key.partition(":")
    number = rest.partition(":")[0]
    return int(number) if what == "redemption" and number.isdigit() else None


def told(entry: LedgerLine, programme: Programme, names: Names) -> Change:
    """One change in words."""
    icon, tile = _ICONS.get(entry.kind, _GIFT)
    if entry.rule.startswith("birthday:"):
        icon = "cake"
    return Change(
        text=_sentence(entry, programme, names),
        line=" · ".join(part for part in _details(entry, programme, names) if part),
        points=entry.points,
        amount=signed(entry.points),
        icon=icon,
        kind=tile,
        href=_visit_page(entry),
    )


def signed(points: int) -> str:
    """A number with its sign: +100, −300, 0."""
    sign = "+" if points > 0 else "−"
    return f"{sign}{number(abs(points))}" if points else "0"


def _visit_page(entry: LedgerLine) -> str:
    if entry.visit_id is None or entry.visit_completed_on is None or entry.referral_id is not None:
        return ""
    return url_for("portal.statement", visit_id=entry.visit_id)


def _sentence(entry: LedgerLine, programme: Programme, names: Names) -> str:
    if entry.referral_id is not None:
        return _of_a_friend(entry)
    if entry.visit_id is not None:
        on = day(entry.visit_completed_on or programme.calendar.day_of(entry.at))
        of_visit = _of_a_visit(entry, on)
        if of_visit:
            return of_visit
    return _of_itself(entry, programme, names)


def _of_a_friend(entry: LedgerLine) -> str:
    if entry.kind == "reverse":
        return _("Taken back: an invitation did not count")
    return _("A thank-you for helping a friend")


def _of_a_visit(entry: LedgerLine, on: str) -> str:
    """What a visit did; empty for what a rule gave beside the money's points."""
    if entry.kind == "earn":
        return _("For your visit on %(day)s", day=on)
    if entry.kind == "redeem":
        return _("Used for your visit on %(day)s", day=on)
    if entry.kind == "restore":
        return _("Given back from your visit on %(day)s", day=on)
    if entry.kind == "reverse" and entry.refund_id is not None:
        return _("Taken back after the refund of your visit on %(day)s", day=on)
    if entry.kind == "reverse":
        return _("Taken back: your visit on %(day)s was corrected", day=on)
    return ""


def _of_itself(entry: LedgerLine, programme: Programme, names: Names) -> str:
    rule, _sep, detail = entry.rule.partition(":")
    if entry.kind == "expire":
        ended = entry.valid_to or programme.calendar.day_of(entry.at)
        return _("Ended, valid until %(day)s", day=day(ended))
    if rule == "birthday":
        return _("A gift for your birthday")
    if rule == "tier_gift":
        return _("A gift for reaching %(tier)s", tier=tier_name(detail))
    if entry.kind in ("redeem", "restore"):
        return _of_a_reward(entry, names.rewards.get(redemption_of(entry) or 0, ""))
    if entry.kind == "adjust":
        return _("Given by the clinic") if entry.points > 0 else _("Taken back by the clinic")
    return _names(entry, names) or entry_text(entry.kind)


def _of_a_reward(entry: LedgerLine, name: str) -> str:
    if entry.kind == "restore":
        return _("Given back for “%(reward)s”", reward=name) if name else _("Given back for a reward")
    return _("Used for “%(reward)s”", reward=name) if name else _("Used for a reward")


def _names(entry: LedgerLine, names: Names) -> str:
    return ", ".join(name for rule_id in entry.rule_ids or () if (name := names.rules.get(rule_id)))


def _details(entry: LedgerLine, programme: Programme, names: Names) -> tuple[str, ...]:
    """The day of a change; of thanks for a friend only the month: the day is that of her visit (F15)."""
    if entry.referral_id is not None:
        return (month(programme.calendar.month_of(entry.at)),)
    on = day(programme.calendar.day_of(entry.at))
    rules = _names(entry, names) if entry.kind == "earn" else ""
    if entry.points > 0 and entry.valid_to is not None and entry.kind != "restore":
        lasts = _("valid until %(day)s", day=day(entry.valid_to))
        return (rules, lasts) if entry.kind == "earn" else (on, lasts)
    return (rules, on)
