"""The catalogue and what patients took out of it, over the wire."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from api.fields import Code40, Code80, Day, ExternalId, Language, Money, OwnId, Strict
from api.shapes.adjustments import Reason

Kind = Literal["gift", "percent", "amount", "service", "certificate", "package"]
Tier = Literal["member", "silver", "gold", "black"]
State = Literal["requested", "approved", "handed_over", "cancelled", "expired"]
Sentence = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$")]
Words = dict[Language, Sentence]
Services = Annotated[list[Code80], Field(max_length=100)]


class RewardBody(Strict):
    """A catalogue item; fields that are left out stay as they are, null empties them.

    What comes out of it: ``value`` (percent, amount, certificate), ``services`` (percent, service, package),
    ``sessions`` (package), ``valid_days`` (all but gifts), ``max_discount`` and ``min_bill`` (discounts).
    """

    name: Words
    kind: Kind
    points: Annotated[int, Field(ge=1, le=10**6)]
    stock: Annotated[int, Field(ge=0, le=10**6)] | None = None
    tier: Tier | None = None
    description: Words = Field(default_factory=dict)
    valid_from: Day | None = None
    valid_to: Day | None = None
    value: Money | None = None
    services: Services = Field(default_factory=list)
    sessions: Annotated[int, Field(ge=1, le=100)] | None = None
    valid_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    max_discount: Money | None = None
    min_bill: Money | None = None
    needs_approval: bool = False
    pickup_days: Annotated[int, Field(ge=1, le=3650)] = 30
    active: bool = True


class RewardAnswer(RewardBody):
    """The catalogue item as it stands; ``id`` is what lists are paged by."""

    id: int
    code: str


class RewardList(RootModel[list[RewardAnswer]]):
    """Catalogue items, the oldest first, retired ones too."""


class RedemptionBody(Strict):
    """Points for a reward; ``reward`` is its code, ``id`` may come as the header Idempotency-Key instead."""

    id: OwnId | None = None
    patient: ExternalId
    reward: Code40


class StepBody(Strict):
    """What goes with a step; the body may be left out, for taking a step twice changes nothing."""

    id: OwnId | None = None
    reason: Reason | None = None


class RedemptionAnswer(Strict):
    """A redemption; ``code`` is what the desk scans, the others what came out of a digital reward."""

    id: str | None
    code: str
    patient: str | None
    reward: str
    points: int
    state: State
    valid_to: Day | None
    voucher: str | None
    certificate: str | None
    package: str | None
