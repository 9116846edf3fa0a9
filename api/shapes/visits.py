"""Visits, refunds and quotes over the wire."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, WithJsonSchema, model_serializer
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
    OwnId,
    Quantity,
    Status,
    Strict,
)

MOST_POINTS = 10**9
MOST_OFFERS = 20


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


class CertificateBody(Strict):
    """A gift certificate put on a bill; ``amount`` is the most to take, absent as much as is due."""

    code: Code40
    amount: Money | None = None


Codes = Annotated[list[Code40], Field(max_length=MOST_OFFERS)]
Certificates = Annotated[list[CertificateBody], Field(max_length=MOST_OFFERS)]


class VisitBody(Strict):
    """A visit; lines and payments count once it is completed.

    Points, vouchers, certificates and packages put on a visit to come are reserved for it. Unless others are
    named they are taken when it is completed; cancelling frees them.
    """

    patient: ExternalId
    status: Status
    scheduled_at: Instant | None = None
    arrived_at: Instant | None = None
    completed_at: Instant | None = None
    branch: Code40 | None = None
    doctor: Code80 | None = None
    lines: list[LineBody] | None = Field(default=None, max_length=100)
    vouchers: Codes | None = None
    points_used: Count | None = None
    certificates: Certificates | None = None
    packages: Codes | None = None
    payments: list[PaymentBody] = Field(default_factory=list, max_length=100)
    follow_up_on: Day | None = None


class BillAnswer(Strict):
    """The bill in its order: gross, what discounts, points and certificates take off, what is due.

    ``package`` is what package sessions cover, and stands there only when there are any.
    """

    gross: str
    discount: str
    points_value: str
    certificate: str
    due: str
    paid: str
    refunded: str
    package: str | None = None

    @model_serializer(mode="wrap")
    def _without_unused(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in plain(self).items() if name != "package" or value is not None}


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
    vouchers: list[str]
    points_used: int
    certificates: list[CertificateBody]
    packages: list[str]
    payments: list[PaymentBody]
    follow_up_on: Day | None
    bill: BillAnswer
    points_earned: int


class RefundBody(Strict):
    """What is given back; ``id`` may come as the header Idempotency-Key instead.

    ``amount`` counts all that was paid: money goes back first, then certificates, then points.
    """

    id: OwnId | None = None
    amount: Money
    refunded_at: Instant | None = None


class OwnKey(Strict):
    """The caller's own id of a POST, when the body has none."""

    idempotency_key: OwnId | None = Field(default=None, alias="Idempotency-Key")


class RefundAnswer(Strict):
    """How many points the refund took back, not negative, and the balance after it.

    Where not everything went back as money, the three parts stand there too: money, certificate and points.
    """

    points_reversed: int
    balance: int
    money: str | None = None
    certificate: str | None = None
    points: int | None = None

    @model_serializer(mode="wrap")
    def _without_parts(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in plain(self).items() if value is not None}


class QuoteBody(Strict):
    """A visit's lines for a patient; ``points_used`` may be "max"."""

    patient: ExternalId
    lines: list[LineBody] = Field(max_length=100)
    vouchers: Codes = Field(default_factory=list)
    points_used: PointsOrMax = 0
    certificates: Certificates = Field(default_factory=list)
    packages: Codes = Field(default_factory=list)


class QuoteAnswer(BillAnswer):
    """The bill as it would be, with what the points could do."""

    points_used: int
    points_available: int
    points_to_earn: int
