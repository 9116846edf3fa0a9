"""The visit's part of a row: when, what became of it, what it cost (rules I1, M1)."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from loyalty.imports.rules.amounts import MISSING, SHORTHAND, read_amount
from loyalty.imports.rules.cells import BadRow, Cells
from loyalty.imports.rules.dates import When, read_when
from loyalty.imports.rules.names import name_key, search_key
from loyalty.imports.rules.outcome import PatientData, VisitData
from loyalty.imports.rules.words import read_status

_OLDEST: Final = 1920
_BEST_FIRST: Final = ("visited_at", "completed_at", "arrived_at", "scheduled_at")


@dataclass(slots=True)
class VisitBook:
    """Counts visits of equal content while a file is read, so that each gets an id of its own and the
    same file read again gives the same ids."""

    _seen: Counter[str] = field(default_factory=Counter)

    def derive(self, patient: PatientData, visit_at: datetime, service: str | None, money: str) -> str:
        """An id from who, when, what and how much, with the occurrence's number from the second on."""
        who = patient.external_id or f"{patient.phone or ''}|{name_key(patient.name or '')}"
        content = "\x1f".join((who, visit_at.isoformat(), search_key(service or ""), money))
        digest = hashlib.blake2b(content.encode(), digest_size=10).hexdigest()
        self._seen[digest] += 1
        count = self._seen[digest]
        return f"row:{digest}" if count == 1 else f"row:{digest}-{count}"


def read_visit(cells: Cells, patient: PatientData, book: VisitBook) -> VisitData:
    """The visit of a row. Without a status column it took place, without a column of payments it was paid
    in full: that is what a history of visits says. Raises BadRow."""
    times = {name: _when(cells, name) for name in _BEST_FIRST if cells.has(name)}
    best = next((when for name in _BEST_FIRST if (when := times.get(name))), None)
    if best is None:
        raise BadRow("date_missing", next(iter(times), "visited_at"))
    amount = _money(cells, "amount")
    status = _status(cells, best.on, amount)
    amount, refund = (None, abs(amount or 0)) if status == "refund" else (amount, None)
    service, own_id = cells.text("service"), cells.text("external_id")
    return VisitData(
        external_id=own_id or book.derive(patient, best.at, service, f"{amount}|{refund}"),
        derived_id=own_id is None,
        status=status,
        visited_at=best.at,
        visited_on=best.on,
        **_moments(times, status, best),
        branch=cells.text("branch"),
        doctor=cells.text("doctor"),
        service=service,
        specialty=cells.text("specialty"),
        amount_minor=amount,
        paid_minor=_paid(cells, status, amount),
        refund_minor=refund,
        follow_up_on=_follow_up(cells),
    )


def _when(cells: Cells, name: str) -> When | None:
    raw = cells.text(name)
    if raw is None:
        return None
    when = read_when(raw, cells.manner.date_order, cells.manner.zone)
    if when is None:
        raise BadRow("date_unreadable", name)
    if when.on.year < _OLDEST:
        cells.remark("date_very_old", name)
    return when


def _status(cells: Cells, on: date, amount: int | None) -> str:
    raw = cells.text("status")
    status = read_status(raw) if raw else "completed"
    if status is None:
        raise BadRow("status_unknown", "status")
    if amount is not None and amount < 0:
        return "refund"
    today = cells.manner.today
    if today and on > today and status in ("completed", "arrived"):
        cells.remark("date_in_future", "visited_at")
        return "booked"
    return status


def _moments(times: dict[str, When | None], status: str, best: When) -> dict[str, datetime | None]:
    """The instants of the columns found; the visit's date stands for the one its status calls for."""
    found = {name: when.at if (when := times.get(name)) else None for name in _BEST_FIRST[1:]}
    called = {"completed": "completed_at", "arrived": "arrived_at"}.get(status, "scheduled_at")
    if status != "completed":
        found["completed_at"] = None
    found[called] = found[called] or best.at
    return found


def _money(cells: Cells, name: str) -> int | None:
    manner = cells.manner
    if not cells.has(name):
        return None
    amount = read_amount(cells.raw(name), manner.currency, manner.minor_digits, manner.comma_groups)
    if amount.code in (MISSING, SHORTHAND):
        cells.remark(amount.code, name)
    elif amount.code:
        raise BadRow(amount.code, name)
    return amount.minor


def _paid(cells: Cells, status: str, amount: int | None) -> int | None:
    if status == "refund":
        return None
    if cells.has("paid"):
        return _money(cells, "paid")
    return amount if status == "completed" else None


def _follow_up(cells: Cells) -> date | None:
    raw = cells.text("follow_up_on")
    when = read_when(raw, cells.manner.date_order, cells.manner.zone) if raw else None
    if raw and when is None:
        cells.remark("follow_up_unreadable", "follow_up_on")
    return when.on if when else None
