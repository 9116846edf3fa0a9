"""Points: what can be used, how long it lasts, and every change in plain words."""

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _
from flask_babel import ngettext

from loyalty.clinic.queries import Programme
from loyalty.kernel import clock
from loyalty.points.models import LedgerEntry
from loyalty.points.queries import entries, open_lots
from loyalty.points.rules import OpenLot, order_of_use
from portal import blueprint
from portal.membership import available, ending_next
from web.access import patient_required
from web.extensions import db
from web.formats import day, money, month, number
from web.identity import current_patient
from web.labels import entry_text
from web.pages import render_page

AT_ONCE = 20
_ICONS = {
    "earn": ("steth", ""),
    "referral": ("users", "petal"),
    "redeem": ("wallet", "info"),
    "expire": ("clock", "grey"),
    "reverse": ("repeat", "warn"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A ledger entry as its patient reads it; ``amount`` carries its sign."""

    text: str
    line: str
    points: int
    amount: str
    icon: str
    kind: str


@dataclass(frozen=True, slots=True)
class LotLine:
    points: int
    line: str


@dataclass(frozen=True, slots=True)
class NextLot:
    points: int
    day: str


@blueprint.get("/points")
@patient_required
def points() -> Response:
    """Balance, lots and the latest changes; ``before`` (an entry's id) gives the older ones."""
    patient, session = current_patient(), db.session()
    programme, before = patient.programme, _before()
    found = entries(session, patient.id, before=before, limit=AT_ONCE + 1)
    lots = [] if before else open_lots(session, patient.id, programme.calendar.day_of(clock.now()))
    usable = available(lots, patient)
    ending = ending_next(lots)
    return render_page(
        "portal/points.html",
        fragment="entries",
        older=before is not None,
        available=usable,
        worth=money(programme.minor(max(usable, 0) * programme.settings["points.value"])),
        next_lot=NextLot(ending[0], day(ending[1])) if ending else None,
        debt=patient.stats.points_debt,
        lots=_lot_lines(lots),
        history=[_as_shown(entry, programme) for entry in found[:AT_ONCE]],
        next_before=found[AT_ONCE - 1].id if len(found) > AT_ONCE else None,
        rule_line=_rule_line(programme),
    )


def _before() -> int | None:
    text = request.args.get("before")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        abort(404)
    return int(text)


def _lot_lines(lots: list[OpenLot]) -> list[LotLine]:
    """Lots by last day, the first to end first (P6)."""
    by_day: dict[Any, int] = {}
    for lot in order_of_use(lots):
        by_day[lot.valid_to] = by_day.get(lot.valid_to, 0) + lot.remaining
    return [
        LotLine(left, _("until %(day)s", day=day(last_day)) if last_day else _("without an end"))
        for last_day, left in by_day.items()
    ]


def _as_shown(entry: LedgerEntry, programme: Programme) -> Change:
    icon, kind = _ICONS.get(entry.kind, ("gift", "petal"))
    sign = "+" if entry.points > 0 else "−"
    return Change(
        text=entry_text(entry.kind),
        line=_when(entry, programme),
        points=entry.points,
        amount=f"{sign}{number(abs(entry.points))}" if entry.points else "0",
        icon=icon,
        kind=kind,
    )


def _when(entry: LedgerEntry, programme: Programme) -> str:
    """The day of a change; of thanks for a friend only the month: the day is that of her visit (F15)."""
    if entry.referral_id is not None:
        return month(programme.calendar.month_of(entry.at))
    return day(programme.calendar.day_of(entry.at))


def _rule_line(programme: Programme) -> str:
    """The earning rule and the points' life in one sentence (P2, P5)."""
    price = money(programme.minor(programme.settings["points.money_per_point"]))
    months = programme.settings["points.life_months"]
    if not months:
        return _("%(money)s paid gives 1 point. Points do not expire.", money=price)
    return ngettext(
        "%(money)s paid gives 1 point. Points last %(num)s month.",
        "%(money)s paid gives 1 point. Points last %(num)s months.",
        months,
        money=price,
    )
