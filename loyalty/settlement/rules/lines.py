from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.kernel.money import LARGEST_MINOR
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


def check_lines(lines: Sequence[Line]) -> None:
    """Refuse an empty bill and amounts no till would take."""
    if not lines:
        raise Refusal("no_lines")
    for line in lines:
        if not 0 <= line.amount_minor <= LARGEST_MINOR:
            raise Refusal("amount_negative" if line.amount_minor < 0 else "amount_too_large")
        if not 1 <= line.quantity <= 1000:
            raise Refusal("quantity_impossible")


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
