"""Which moves a visit may make, on plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from loyalty.kernel.refusal import Refusal

STATUSES = ("booked", "arrived", "completed", "cancelled", "no_show")
PARTS_OF_DAY = ("morning", "afternoon", "evening", "any")

#: From which states a visit may come to a state; a repeat of the present state is a no-op.
_FROM = {
    "arrived": ("booked",),
    "completed": ("booked", "arrived"),
    "cancelled": ("booked", "arrived"),
    "no_show": ("booked",),
}
#: A state that lies behind: asking for it again changes nothing (a second click on "arrived").
_PASSED = {"arrived": ("completed",)}


def moves_to(status: str, wanted: str) -> bool:
    """Whether the visit has to move; False for a repeat, a Refusal for an impossible move."""
    if status == wanted or status in _PASSED.get(wanted, ()):
        return False
    if status not in _FROM.get(wanted, ()):
        raise Refusal("impossible_move", status=status, wanted=wanted)
    return True


def sources_of(wanted: str) -> tuple[str, ...]:
    """The states from which ``wanted`` may be reached."""
    return _FROM[wanted]


@dataclass(frozen=True, slots=True)
class BillKnown:
    """A visit's bill as it has just been written, with the tier the patient had when she came."""

    id: int
    patient_id: int
    status: str
    completed_at: datetime
    paid_at: datetime | None
    due_minor: int
    paid_minor: int
    certificate_minor: int
    completion: int
    tier: str | None
    tier_falls_on: date | None
    tier_pin_until: date | None
    refunded_minor: int = 0
    certificate_returned_minor: int = 0


class PaidBill(Protocol):
    """What was paid for a visit and what of it was given back."""

    @property
    def paid_minor(self) -> int: ...
    @property
    def refunded_minor(self) -> int: ...
    @property
    def certificate_minor(self) -> int: ...
    @property
    def certificate_returned_minor(self) -> int: ...
    @property
    def points_used(self) -> int: ...
    @property
    def points_value_minor(self) -> int: ...
    @property
    def points_returned(self) -> int: ...


@dataclass(frozen=True, slots=True)
class RefundParts:
    """How a refund goes back: as money, to certificates, to points (P12)."""

    money_minor: int
    certificate_minor: int
    points: int


def point_value(bill: PaidBill) -> int:
    """What one point paid on this bill, in minor units; 0 when none was used."""
    return bill.points_value_minor // bill.points_used if bill.points_used else 0


def refundable(bill: PaidBill) -> int:
    """What is left of everything that was paid: money, certificates and the value of points (P12)."""
    money = bill.paid_minor - bill.refunded_minor
    certificate = bill.certificate_minor - bill.certificate_returned_minor
    return money + certificate + (bill.points_used - bill.points_returned) * point_value(bill)


def split_refund(bill: PaidBill, amount_minor: int) -> RefundParts:
    """Money goes back first, then certificates, then points: each where it came from (P12).

    Refuses ``amount_not_positive``, ``refund_exceeds_paid``, and ``refund_not_whole_points`` for an amount
    that would have to split a point.
    """
    if amount_minor <= 0:
        raise Refusal("amount_not_positive")
    left = refundable(bill)
    if amount_minor > left:
        raise Refusal("refund_exceeds_paid", left_minor=left)
    money = min(amount_minor, bill.paid_minor - bill.refunded_minor)
    rest = amount_minor - money
    certificate = min(rest, bill.certificate_minor - bill.certificate_returned_minor)
    rest -= certificate
    if rest and rest % point_value(bill):
        raise Refusal("refund_not_whole_points", point_minor=point_value(bill))
    return RefundParts(money, certificate, rest // point_value(bill) if rest else 0)
