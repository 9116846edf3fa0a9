"""Vouchers, certificates and packages over the wire."""

from typing import Annotated, Literal

from pydantic import Field

from api.fields import Code80, Day, ExternalId, Money, Name, OwnId, Strict
from api.shapes.rewards import Sentence, Services

Limit = Annotated[int, Field(ge=1, le=10**9)]
PromoCode = Annotated[str, Field(min_length=4, max_length=24, pattern=r"^[A-Za-z0-9]+$")]
Giver = Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
Greeting = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$")]
State = Literal["active", "used", "expired", "cancelled", "refunded"]


class VoucherBody(Strict):
    """A patient's voucher, or, without ``patient``, a promo code; it is good once unless a limit says else.

    ``value`` is a percentage ("10"), an amount of money, or the code of the service that is free.
    """

    id: OwnId | None = None
    patient: ExternalId | None = None
    kind: Literal["percent", "amount", "service"]
    value: Code80 | None = None
    max_discount: Money | None = None
    min_bill: Money | None = None
    services: Services = Field(default_factory=list)
    first_visit_only: bool = False
    combines: bool = False
    valid_from: Day | None = None
    valid_to: Day | None = None
    total_limit: Limit | None = 1
    patient_limit: Limit | None = None
    code: PromoCode | None = None


class VoucherAnswer(Strict):
    """The voucher as it stands today; ``used_count`` also counts visits it is set aside for."""

    code: str
    state: State
    patient: str | None
    kind: Literal["percent", "amount", "service"]
    value: str | None
    max_discount: str | None
    min_bill: str | None
    services: list[str]
    first_visit_only: bool
    combines: bool
    valid_from: Day | None
    valid_to: Day | None
    total_limit: int | None
    patient_limit: int | None
    used_count: int


class CertificateBody(Strict):
    """A gift certificate; without ``valid_to`` it lives as long as the clinic's do, null is for ever."""

    id: OwnId | None = None
    amount: Money
    patient: ExternalId | None = None
    valid_to: Day | None = None
    giver: Giver = ""
    recipient: Giver = ""
    greeting: Greeting = ""


class CertificateAnswer(Strict):
    """The certificate as it stands today."""

    code: str
    amount: str
    balance: str
    state: State
    valid_to: Day | None
    patient: str | None


class PurchaseRefundBody(Strict):
    """Paying back what is left of a purchase; with an own ``id`` the first answer comes again."""

    id: OwnId | None = None


class PurchaseRefundAnswer(CertificateAnswer):
    """``refunded`` is the money that goes back: the part nobody used."""

    refunded: str


class PackageBody(Strict):
    """Prepaid sessions of one service for a patient."""

    id: OwnId | None = None
    patient: ExternalId
    service: Code80
    sessions: Annotated[int, Field(ge=1, le=100)]
    valid_to: Day | None = None


class PackageAnswer(Strict):
    """The package as it stands today; sessions set aside for visits are not left."""

    code: str
    state: State
    patient: str | None
    service: str
    sessions: int
    sessions_left: int
    valid_to: Day | None


class MilestoneAnswer(Strict):
    """A number of friends helped and whether it is reached."""

    code: str
    state: Literal["open", "reached"]
    valid_to: Day | None
    friends: int
    name: dict[str, Name | Sentence]


class OffersAnswer(Strict):
    """What a patient holds and held, the latest first."""

    vouchers: list[VoucherAnswer]
    certificates: list[CertificateAnswer]
    packages: list[PackageAnswer]
    milestones: list[MilestoneAnswer]
