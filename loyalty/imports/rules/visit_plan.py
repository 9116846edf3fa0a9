"""What a row's visit asks for, against what is known of it: a visit, a move, a payment, or nothing (I1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from loyalty.imports.rules.known import KnownVisit, UnfitError
from loyalty.imports.rules.outcome import VisitData
from loyalty.kernel.refusal import Refusal
from loyalty.visits.rules import moves_to

LONGEST_ID: Final = 120

CREATED, CHANGED, UNCHANGED, REJECTED = "created", "changed", "unchanged", "rejected"
RESULTS: Final = (CREATED, CHANGED, UNCHANGED, REJECTED)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do: complete, book, arrived, cancelled, no_show, time, pay, refund or nothing.

    ``visit`` is the known visit it is done to; without one the visit is made first. ``amount_minor`` is the
    bill of a completion, the sum of a payment or of a refund; ``paid_minor`` what was paid of the bill.
    """

    kind: str
    result: str
    visit: KnownVisit | None = None
    amount_minor: int = 0
    paid_minor: int = 0


def plan_visit(data: VisitData, known: KnownVisit | None, day_of: Callable[[datetime], date]) -> Act:
    """What the row asks for; ``day_of`` gives the clinic's day of an instant. Raises UnfitError.

    Without any amount a completed visit counts and its bill is 0: it earns nothing.
    """
    if len(data.external_id) > LONGEST_ID:
        raise UnfitError("id_too_long", "external_id")
    if data.status == "completed":
        gross, paid = _bill(data)
        if known is None or known.status in ("booked", "arrived"):
            return Act("complete", CHANGED if known else CREATED, known, gross, paid)
        return _again(data, known, day_of)
    if known is None:
        return Act("book" if data.status == "booked" else data.status, CREATED)
    return _move(data, known)


def _bill(data: VisitData) -> tuple[int, int]:
    paid = data.paid_minor or 0
    gross = paid if data.amount_minor is None else data.amount_minor
    if gross < 0 or paid < 0:
        raise UnfitError("amount_negative", "amount" if gross < 0 else "paid")
    if paid > gross:
        raise UnfitError("paid_over_amount", "paid")
    return gross, paid


def _again(data: VisitData, known: KnownVisit, day_of: Callable[[datetime], date]) -> Act:
    """A completed visit met again: only a payment that was still missing is added."""
    _check_move(known, "completed")
    if data.amount_minor is not None and data.amount_minor != known.gross_minor:
        raise UnfitError("visit_closed", "amount")
    if day_of(known.at) != data.visited_on:
        raise UnfitError("visit_closed", "completed_at")
    paid = data.paid_minor
    if paid is None or paid == known.paid_minor:
        return Act("nothing", UNCHANGED, known)
    if not known.paid_minor < paid <= known.due_minor:
        raise UnfitError("visit_closed", "paid")
    return Act("pay", CHANGED, known, paid - known.paid_minor)


def _move(data: VisitData, known: KnownVisit) -> Act:
    if known.status == "completed" and data.status != "arrived":
        raise UnfitError("visit_closed", "status")
    if data.status != "booked":
        moved = _check_move(known, data.status)
        return Act(data.status, CHANGED, known) if moved else Act("nothing", UNCHANGED, known)
    _check_move(known, "booked")
    same = known.at == planned_at(data)
    return Act("nothing", UNCHANGED, known) if same else Act("time", CHANGED, known)


def _check_move(known: KnownVisit, wanted: str) -> bool:
    try:
        return moves_to(known.status, wanted)
    except Refusal as refusal:
        raise UnfitError(refusal.code, "status") from None


def planned_at(data: VisitData) -> datetime:
    """When a visit that has not been completed is planned."""
    return data.scheduled_at or data.visited_at


def plan_refund(data: VisitData, counted_minor: int | None, visits: Iterable[KnownVisit]) -> Act:
    """What a row of money given back asks for; ``counted_minor`` is what was counted under its id before.

    The row seldom names the visit. It is the patient's latest one, not after the refund, whose whole money
    goes back with it; else the only one that has enough left. Raises UnfitError.
    """
    amount = data.refund_minor or 0
    if counted_minor is not None:
        if counted_minor != amount:
            raise UnfitError("refund_changed", "amount")
        return Act("nothing", UNCHANGED)
    until = data.visited_at + timedelta(days=1)
    enough = [
        visit
        for visit in visits
        if visit.status == "completed" and visit.at < until and 0 < amount <= visit.left_minor
    ]
    own = [visit for visit in enough if visit.external_id == data.external_id]
    whole = sorted((visit for visit in enough if visit.left_minor == amount), key=lambda visit: visit.at)
    if own or whole:
        return Act("refund", CHANGED, (own or whole)[-1], amount)
    if len(enough) != 1:
        raise UnfitError("refund_without_visit", "amount")
    return Act("refund", CHANGED, enough[0], amount)
