"""Visits, refunds and quotes over the wire."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.fields import (
    Code40,
    Code60,
    Code80,
    Count,
    Day,
    ExternalId,
    Instant,
    Money,
    NotUsed,
    OwnId,
    Quantity,
    Status,
    Strict,
)

MOST_POINTS = 10**9


def _points_or_max(value: object) -> int | str:
    if value == "max" or (type(value) is int and 0 <= value <= MOST_POINTS):
        return value
    raise PydanticCustomError("unreadable", "neither a number of points nor max")


PointsOrMax = Annotated[
    int | Literal["max"],
    BeforeValidator(_points_or_max),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0, "maximum": MOST_POINTS}, {"const": "max"}]}),
]


class LineBody(Strict):
    """A line of a bill; ``amount`` is gross, for the whole quantity."""

    service: Code80
    specialty: Code60 | None = None
    quantity: Quantity = 1
    amount: Money


class PaymentBody(Strict):
    """Money taken at the till, under the caller's own id."""

    id: OwnId
    amount: Money
    paid_at: Instant


class VisitBody(Strict):
    """A visit; lines, points and payments count once it is completed."""

    patient: ExternalId
    status: Status
    scheduled_at: Instant | None = None
    arrived_at: Instant | None = None
    completed_at: Instant | None = None
    branch: Code40 | None = None
    doctor: Code80 | None = None
    lines: list[LineBody] | None = Field(default=None, max_length=100)
    vouchers: NotUsed = Field(default_factory=list)
    points_used: Count | None = None
    certificates: NotUsed = Field(default_factory=list)
    packages: NotUsed = Field(default_factory=list)
    payments: list[PaymentBody] = Field(default_factory=list, max_length=100)
    follow_up_on: Day | None = None


class BillAnswer(Strict):
    """The bill in its order: gross, what discounts, points and certificates take off, what is due."""

    gross: str
    discount: str
    points_value: str
    certificate: str
    due: str
    paid: str
    refunded: str


class VisitAnswer(Strict):
    """The visit as it stands in the programme now."""

    patient: str | None
    status: Status
    scheduled_at: Instant
    arrived_at: Instant | None
    completed_at: Instant | None
    branch: str | None
    doctor: str | None
    lines: list[LineBody]
    vouchers: list[Any]
    points_used: int
    certificates: list[Any]
    packages: list[Any]
    payments: list[PaymentBody]
    follow_up_on: Day | None
    bill: BillAnswer
    points_earned: int


class RefundBody(Strict):
    """Money given back; ``id`` may come as the header Idempotency-Key instead."""

    id: OwnId | None = None
    amount: Money
    refunded_at: Instant | None = None


class OwnKey(Strict):
    """The caller's own id of a POST, when the body has none."""

    idempotency_key: OwnId | None = Field(default=None, alias="Idempotency-Key")


class RefundAnswer(Strict):
    """How many points the refund took back, not negative, and the balance after it."""

    points_reversed: int
    balance: int


class QuoteBody(Strict):
    """A visit's lines for a patient; ``points_used`` may be "max"."""

    patient: ExternalId
    lines: list[LineBody] = Field(max_length=100)
    vouchers: NotUsed = Field(default_factory=list)
    points_used: PointsOrMax = 0
    certificates: NotUsed = Field(default_factory=list)
    packages: NotUsed = Field(default_factory=list)


class QuoteAnswer(BillAnswer):
    """The bill as it would be, with what the points could do."""

    points_used: int
    points_available: int
    points_to_earn: int
