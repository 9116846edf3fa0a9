"""A patient over the wire."""

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from api.fields import (
    AnyChannel,
    Channel,
    Code40,
    Day,
    ExternalId,
    Instant,
    Language,
    Name,
    NotUsed,
    Purpose,
    Sex,
    SourceKind,
    Strict,
    Text254,
    Wording,
)


class SourceBody(Strict):
    """How she came: a referral by ``referral_code`` or ``referrer``, a channel by name, or walk_in."""

    kind: SourceKind
    channel: Code40 | None = None
    referral_code: Code40 | None = None
    referrer: ExternalId | None = None

    @model_validator(mode="after")
    def _complete(self) -> "SourceBody":
        if self.kind == "referral" and not (self.referral_code or self.referrer):
            raise PydanticCustomError("missing", "a referral names its code or its referrer")
        if self.kind == "channel" and not self.channel:
            raise PydanticCustomError("missing", "a channel has a name")
        return self

    @model_serializer(mode="wrap")
    def _named_only(self, serialize: SerializerFunctionWrapHandler) -> dict[str, str]:
        return {name: value for name, value in serialize(self).items() if value is not None}


class ConsentBody(Strict):
    """One word of the patient; raising a consent needs its instant and the wording she saw."""

    purpose: Purpose
    channel: AnyChannel = "any"
    granted: bool
    at: Instant | None = None
    wording: Wording | None = None

    @model_validator(mode="after")
    def _proved(self) -> "ConsentBody":
        if self.granted and (self.at is None or self.wording is None):
            raise PydanticCustomError("missing", "a consent is raised with its instant and wording")
        return self


class PatientBody(Strict):
    """A patient; fields that are left out stay as they are, null empties them."""

    name: Name
    phone: Text254 | None = None
    email: Text254 | None = None
    birth_date: Day | None = None
    sex: Sex | None = None
    language: Language | None = None
    preferred_channel: Channel | None = None
    source: SourceBody | None = None
    guardian: ExternalId | None = None
    deceased_on: Day | None = None
    tags: list[Code40] = Field(default_factory=list, max_length=50)
    chronic_conditions: NotUsed = Field(default_factory=list)
    medicines: NotUsed = Field(default_factory=list)
    consents: list[ConsentBody] = Field(default_factory=list, max_length=100)


class PatientAnswer(PatientBody):
    """The patient as she stands in the programme now."""


class PointsLot(Strict):
    points: int
    valid_to: Day | None


class PointsAnswer(Strict):
    """``balance`` is the sum of the ledger; ``available`` leaves out what has ended by today."""

    balance: int
    available: int
    lots: list[PointsLot]


class MembershipAnswer(Strict):
    """Tier, both ways to the next one, badges and points."""

    tier: str | None
    next_tier: str | None
    progress_percent: float
    counted_visits: int
    counted_referrals: int
    visits_remaining: int | None
    referrals_remaining: int | None
    invite_code: str | None
    badges: list[str]
    points: PointsAnswer
