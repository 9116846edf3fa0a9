"""Points: what can be used, how long it lasts, and every change in plain words."""

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _
from flask_babel import ngettext

from loyalty.clinic.queries import Programme
from loyalty.kernel import clock
from loyalty.points.queries import LedgerLine, earning_rules, ledger_lines
from loyalty.points.rules import OpenLot, order_of_use
from loyalty.rewards.queries.holdings import count_of_ready, names_of_redeemed
from portal import blueprint
from portal.balance import balance_of
from portal.history import Change, Names, redemption_of, told
from portal.offer_words import in_words
from web.access import patient_required
from web.extensions import db
from web.formats import day, money
from web.identity import SignedInPatient, current_patient
from web.pages import render_page

AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class LotLine:
    points: int
    line: str


@blueprint.get("/points")
@patient_required
def points() -> Response:
    """Balance, lots and the latest changes; ``before`` (an entry's id) gives the older ones."""
    patient, session = current_patient(), db.session()
    programme, before = patient.programme, _before()
    today = programme.calendar.day_of(clock.now())
    found = ledger_lines(session, patient.id, before=before, limit=AT_ONCE + 1)
    balance = None if before else balance_of(patient, today)
    return render_page(
        "portal/points.html",
        fragment="entries",
        older=before is not None,
        balance=balance,
        mine=0 if before else count_of_ready(session, patient.id, today),
        lots=_lot_lines(balance.lots) if balance else [],
        history=changes(found[:AT_ONCE], patient),
        next_before=found[AT_ONCE - 1].id if len(found) > AT_ONCE else None,
        rule_line=_rule_line(programme),
        nav_current="portal.rewards",
    )


def changes(found: list[LedgerLine], patient: SignedInPatient) -> list[Change]:
    """Ledger entries as their patient reads them; asks for names only where something has one."""
    session, rules, rewards = db.session(), {}, {}
    redemptions = [number for entry in found if (number := redemption_of(entry)) is not None]
    if any(entry.rule_ids for entry in found):
        rules = {rule.id: in_words(rule.name) for rule in earning_rules(session, with_retired=True)}
    if redemptions:
        known = names_of_redeemed(session, redemptions)
        rewards = {number: in_words(name) for number, name in known.items()}
    return [told(entry, patient.programme, Names(rules, rewards)) for entry in found]


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


def _rule_line(programme: Programme) -> str:
    """The earning rule and the points' life in one sentence (P2, P5)."""
    settings = programme.settings
    price = money(programme.minor(settings["points.money_per_point"]))
    mode, months = settings["points.life_mode"], settings["points.life_months"]
    if mode == "never" or (mode != "days" and not months):
        return _("%(money)s paid gives 1 point. Points do not expire.", money=price)
    if mode == "days":
        return ngettext(
            "%(money)s paid gives 1 point. Points last %(num)s day.",
            "%(money)s paid gives 1 point. Points last %(num)s days.",
            settings["points.life_days"],
            money=price,
        )
    return ngettext(
        "%(money)s paid gives 1 point. Points last %(num)s month.",
        "%(money)s paid gives 1 point. Points last %(num)s months.",
        months,
        money=price,
    )
