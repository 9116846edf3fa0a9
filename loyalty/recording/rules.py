"""What another system may say of patients and visits, and what of it comes too late, on plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from loyalty.kernel.refusal import Refusal
from loyalty.patients.rules import ON_BEHALF
from loyalty.rewards.rules.codes import clean
from loyalty.settlement.rules import CertificateUse, Paid
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
    ``lines``, points, offers and instants that are None are not spoken of."""

    patient: str
    status: str
    scheduled_at: datetime | None = None
    arrived_at: datetime | None = None
    completed_at: datetime | None = None
    branch: str | None = None
    doctor: str | None = None
    lines: tuple[Item, ...] | None = None
    vouchers: tuple[str, ...] | None = None
    points_used: int | None = None
    certificates: tuple[CertificateUse, ...] | None = None
    packages: tuple[str, ...] | None = None
    payments: tuple[Paid, ...] = ()
    follow_up_on: date | None = None
    said: frozenset[str] = field(default=frozenset())


class UsedOffer(Protocol):
    """An offer that a completed visit has used."""

    @property
    def code(self) -> str: ...
    @property
    def amount_minor(self) -> int: ...


class UsedOffers(Protocol):
    """What a completed visit has used beside points and money."""

    @property
    def vouchers(self) -> Sequence[UsedOffer]: ...
    @property
    def certificates(self) -> Sequence[UsedOffer]: ...
    @property
    def packages(self) -> Sequence[UsedOffer]: ...


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
    @property
    def due_minor(self) -> int: ...


def check_move(status: str, wanted: str) -> None:
    """Refuse a move the rules do not know; staying where one is counts as none.

    A completed visit said to be arrived is one whose completion was a mistake.
    """
    if is_undoing(status, wanted):
        return
    if status != wanted and not moves_to(status, wanted):
        raise Refusal("impossible_move", status=status, wanted=wanted, field="status")


def is_undoing(status: str, wanted: str) -> bool:
    """Whether another system takes a completion back."""
    return (status, wanted) == ("completed", "arrived")


def check_happened(said: VisitSaid, now: datetime) -> None:
    """Refuse arrivals, completions and payments that lie ahead."""
    instants: list[tuple[str, datetime | None]] = [
        (f"payments.{position}.paid_at", payment.paid_at) for position, payment in enumerate(said.payments)
    ]
    instants += [("arrived_at", said.arrived_at), ("completed_at", said.completed_at)]
    for name, instant in instants:
        check_past(name, instant, now)


def check_past(field: str, instant: datetime | None, now: datetime) -> None:
    """Refuse what is said to have happened and lies ahead."""
    if instant is not None and instant > now + GRACE:
        raise Refusal("date_impossible", field=field)


def check_closed(visit: ClosedVisit, lines: Sequence[Item], used: UsedOffers, said: VisitSaid) -> None:
    """Refuse to change the bill or the instants of a completed visit; only payments may be added to it."""
    _check_offers(visit, used, said)
    if said.lines is not None and not _same_lines(lines, said.lines):
        raise Refusal("visit_closed", field="lines")
    if said.points_used is not None and said.points_used != visit.points_used:
        raise Refusal("visit_closed", field="points_used")
    for name in ("scheduled_at", "arrived_at", "completed_at"):
        instant = getattr(said, name)
        if instant is not None and instant != getattr(visit, name):
            raise Refusal("visit_closed", field=name)


def _check_offers(visit: ClosedVisit, used: UsedOffers, said: VisitSaid) -> None:
    for name in ("vouchers", "packages"):
        codes = getattr(said, name)
        if codes is not None and {clean(code) for code in codes} != _codes(getattr(used, name)):
            raise Refusal("visit_closed", field=name)
    if said.certificates is not None and not _same_certificates(visit, used, said.certificates):
        raise Refusal("visit_closed", field="certificates")


def _codes(offers: Iterable[UsedOffer]) -> set[str]:
    return {offer.code for offer in offers}


def _same_certificates(visit: ClosedVisit, used: UsedOffers, said: Iterable[CertificateUse]) -> bool:
    """Whether what was said is what was used.

    An amount is the most to take, so less may have been taken; with nothing left to pay, nothing at all.
    """
    wanted = {clean(use.code): use.amount_minor for use in said}
    spare = set(wanted) - _codes(used.certificates)
    return (not spare or visit.due_minor == 0) and all(
        offer.code in wanted and offer.amount_minor <= (wanted[offer.code] or offer.amount_minor)
        for offer in used.certificates
    )


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
