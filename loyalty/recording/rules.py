"""What another system may say of patients and visits, and what of it comes too late, on plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from loyalty.kernel.refusal import Refusal
from loyalty.patients.rules import ON_BEHALF
from loyalty.settlement.rules import Paid
from loyalty.visits.rules import moves_to

#: How far another system's clock may run ahead of ours before what it says has not happened yet.
GRACE = timedelta(days=1)
ANY = "any"


@dataclass(frozen=True, slots=True)
class Source:
    """How a patient came (F18): ``kind`` is referral, channel or walk_in."""

    kind: str
    channel: str | None = None
    referral_code: str | None = None
    referrer: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentSaid:
    """A consent given or withdrawn elsewhere, with its instant and the wording the patient saw."""

    purpose: str
    channel: str
    granted: bool
    at: datetime | None
    wording: str


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a bill by the code of its service; ``amount_minor`` is for the whole quantity."""

    service: str
    amount_minor: int
    quantity: int = 1
    specialty: str = ""


@dataclass(frozen=True, slots=True)
class VisitSaid:
    """A visit as the clinic's system knows it. ``said`` names the details to take over even when empty;
    ``lines``, ``points_used`` and instants that are None are not spoken of."""

    patient: str
    status: str
    scheduled_at: datetime | None = None
    arrived_at: datetime | None = None
    completed_at: datetime | None = None
    branch: str | None = None
    doctor: str | None = None
    lines: tuple[Item, ...] | None = None
    points_used: int | None = None
    payments: tuple[Paid, ...] = ()
    follow_up_on: date | None = None
    said: frozenset[str] = field(default=frozenset())


class ConsentAct(Protocol):
    """What has to be known of a consent in the table."""

    @property
    def id(self) -> int: ...
    @property
    def granted(self) -> bool: ...
    @property
    def at(self) -> datetime: ...
    @property
    def source(self) -> str: ...


class ClosedVisit(Protocol):
    """What a completed visit may no longer change."""

    @property
    def scheduled_at(self) -> datetime: ...
    @property
    def arrived_at(self) -> datetime | None: ...
    @property
    def completed_at(self) -> datetime | None: ...
    @property
    def points_used(self) -> int: ...


def check_move(status: str, wanted: str) -> None:
    """Refuse a move the rules do not know; staying where one is counts as none."""
    if status != wanted and not moves_to(status, wanted):
        raise Refusal("impossible_move", status=status, wanted=wanted, field="status")


def check_happened(said: VisitSaid, now: datetime) -> None:
    """Refuse arrivals, completions and payments that lie ahead."""
    instants: list[tuple[str, datetime | None]] = [
        (f"payments.{position}.paid_at", payment.paid_at) for position, payment in enumerate(said.payments)
    ]
    instants += [("arrived_at", said.arrived_at), ("completed_at", said.completed_at)]
    for name, instant in instants:
        if instant is not None and instant > now + GRACE:
            raise Refusal("date_impossible", field=name)


def check_closed(visit: ClosedVisit, lines: Sequence[Item], said: VisitSaid) -> None:
    """Refuse to change the bill or the instants of a completed visit; only payments may be added to it."""
    if said.lines is not None and not _same_lines(lines, said.lines):
        raise Refusal("visit_closed", field="lines")
    if said.points_used is not None and said.points_used != visit.points_used:
        raise Refusal("visit_closed", field="points_used")
    for name in ("scheduled_at", "arrived_at", "completed_at"):
        instant = getattr(said, name)
        if instant is not None and instant != getattr(visit, name):
            raise Refusal("visit_closed", field=name)


def _same_lines(kept: Sequence[Item], said: Sequence[Item]) -> bool:
    def bill(items: Iterable[Item]) -> list[tuple[str, int, int]]:
        return [(item.service, item.quantity, item.amount_minor) for item in items]

    return bill(kept) == bill(said)


def is_stale(acts: Mapping[str, ConsentAct], said: ConsentSaid) -> bool:
    """Whether a withdrawal is older than what the patient said since: it changes nothing any more."""
    latest = acts.get(said.channel)
    return not said.granted and said.at is not None and latest is not None and latest.at > said.at


def is_above_opt_out(acts: Mapping[str, ConsentAct], said: ConsentSaid) -> bool:
    """Whether a grant would lift a later opt-out, or one the patient spoke herself (C10).

    ``acts`` holds the latest act of the purpose by channel; the word for any channel counts for each.
    """
    if not said.granted:
        return False
    channels = set(acts) if said.channel == ANY else {said.channel}
    return any(_blocks(_in_force(acts, channel), said) for channel in channels)


def _in_force(acts: Mapping[str, ConsentAct], channel: str) -> ConsentAct | None:
    known = [act for act in (acts.get(channel), acts.get(ANY)) if act is not None]
    return max(known, key=lambda act: act.id, default=None)


def _blocks(act: ConsentAct | None, said: ConsentSaid) -> bool:
    if act is None or act.granted:
        return False
    return act.source not in ON_BEHALF or said.at is None or act.at >= said.at
