"""The bill in its fixed order: discounts, then points, then money (V1); decisions on plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.kernel.money import LARGEST_MINOR, percent_of
from loyalty.kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a bill; ``amount_minor`` is for the whole quantity, ``kind`` that of the service."""

    service_id: int
    amount_minor: int
    quantity: int = 1
    kind: str = "treatment"


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment in money under the cashier's own id."""

    id: str
    amount_minor: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Bill:
    """What is asked for and what covers it; ``discounts`` follow the lines one to one."""

    gross_minor: int
    discounts: tuple[int, ...]
    points_used: int
    points_value_minor: int

    @property
    def discount_minor(self) -> int:
        return sum(self.discounts)

    @property
    def due_minor(self) -> int:
        return self.gross_minor - self.discount_minor - self.points_value_minor


def check_lines(lines: Sequence[Line]) -> None:
    """Refuse an empty bill and amounts no till would take."""
    if not lines:
        raise Refusal("no_lines")
    for line in lines:
        if not 0 <= line.amount_minor <= LARGEST_MINOR:
            raise Refusal("amount_negative" if line.amount_minor < 0 else "amount_too_large")
        if not 1 <= line.quantity <= 1000:
            raise Refusal("quantity_impossible")


def pack_discounts(lines: Sequence[Line], pack_percent: int | None) -> tuple[int, ...]:
    """What the newcomer pack takes off each line: registration is free, the first examination cheaper (F13).

    Only one examination is reduced, the dearest, so that the order of lines does not matter.
    """
    discounts = [0] * len(lines)
    if pack_percent is None:
        return tuple(discounts)
    for position, line in enumerate(lines):
        if line.kind == "registration":
            discounts[position] = line.amount_minor
    examinations = [position for position, line in enumerate(lines) if line.kind == "examination"]
    if examinations:
        dearest = max(examinations, key=lambda position: lines[position].amount_minor)
        discounts[dearest] = percent_of(lines[dearest].amount_minor, pack_percent)
    return tuple(discounts)


def largest_points(after_discounts_minor: int, *, cap_percent: int, point_minor: int) -> int:
    """How many points a bill takes at the most (P8)."""
    return after_discounts_minor * cap_percent // 100 // point_minor


def settle(
    lines: Sequence[Line], *, pack_percent: int | None, points_used: int, cap_percent: int, point_minor: int
) -> Bill:
    """The bill of these lines; refuses points over the cap, so that no step goes below zero (V1, P8)."""
    check_lines(lines)
    gross = sum(line.amount_minor for line in lines)
    discounts = pack_discounts(lines, pack_percent)
    most = largest_points(gross - sum(discounts), cap_percent=cap_percent, point_minor=point_minor)
    if points_used < 0:
        raise Refusal("points_not_positive")
    if points_used > most:
        raise Refusal("points_over_cap", most=most)
    return Bill(gross, discounts, points_used, points_used * point_minor)


def check_payments(payments: Sequence[Paid], due_minor: int) -> int:
    """The sum paid; refuses payments that are not positive, twice under one id, or above what is due."""
    if any(payment.amount_minor <= 0 for payment in payments):
        raise Refusal("amount_not_positive")
    if len({payment.id for payment in payments}) != len(payments):
        raise Refusal("payment_twice")
    paid = sum(payment.amount_minor for payment in payments)
    if paid > due_minor:
        raise Refusal("payment_exceeds_due", due_minor=due_minor)
    return paid
