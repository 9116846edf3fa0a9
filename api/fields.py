"""Kinds of fields: how ids, texts, days, instants and money are written, each with its JSON schema."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

_VISIBLE = r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?$"
_PRINTED = r"^[^\x00-\x1f\x7f-\x9f]*$"
_MONEY = r"^[0-9]{1,12}(\.[0-9]{1,6})?$"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_FIRST_DAY, _LAST_DAY = date(1880, 1, 1), date(2200, 1, 1)
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Strict(BaseModel):
    """A model that takes each value only in its own type, and no field it does not know."""

    model_config = ConfigDict(strict=True, extra="forbid")


def _day(value: object) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = date.min
        if _FIRST_DAY <= day < _LAST_DAY:
            return day
    raise PydanticCustomError("day_unreadable", "not a day")


def _instant(value: object) -> datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            instant = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            instant = _LAST
        if _FIRST <= instant < _LAST:
            return instant
    raise PydanticCustomError("instant_unreadable", "not an instant with its offset")


def _money(value: object) -> str:
    if isinstance(value, str) and value.isascii() and re.fullmatch(_MONEY, value):
        return value
    raise PydanticCustomError("amount_unreadable", "not a decimal string")


def _nothing(value: object, info: ValidationInfo) -> list[Any]:
    if value is None or value == []:
        return []
    raise PydanticCustomError("not_offered_yet", "not used here")


ExternalId = Annotated[str, Field(min_length=1, max_length=80, pattern=_VISIBLE)]
Code40 = Annotated[str, Field(min_length=1, max_length=40, pattern=_VISIBLE)]
Code60 = Annotated[str, Field(min_length=1, max_length=60, pattern=_VISIBLE)]
Code80 = Annotated[str, Field(min_length=1, max_length=80, pattern=_VISIBLE)]
OwnId = Annotated[str, Field(min_length=1, max_length=120, pattern=_VISIBLE)]
Wording = Annotated[str, Field(min_length=1, max_length=24, pattern=_VISIBLE)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=_PRINTED)]
Text254 = Annotated[str, Field(max_length=254, pattern=_PRINTED)]
Count = Annotated[int, Field(ge=0, le=10**9)]
Quantity = Annotated[int, Field(ge=1, le=1000)]

Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[
    datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Money = Annotated[str, BeforeValidator(_money), WithJsonSchema({"type": "string", "pattern": _MONEY})]
NotUsed = Annotated[
    list[Any],
    BeforeValidator(_nothing),
    WithJsonSchema({"type": ["array", "null"], "items": {}, "maxItems": 0}),
]

# The domain's closed lists, written out for the schema; tests/api/test_fields.py compares them.
Language = Literal["vi", "zh", "ru", "en"]
Sex = Literal["female", "male", "other"]
SourceKind = Literal["referral", "channel", "walk_in"]
Channel = Literal["sms", "zalo", "viber", "whatsapp", "telegram", "wechat", "email", "call"]
AnyChannel = Literal["sms", "zalo", "viber", "whatsapp", "telegram", "wechat", "email", "call", "any"]
Purpose = Literal["care", "marketing", "referral", "leaderboard", "survey", "photo", "tracking"]
Status = Literal["booked", "arrived", "completed", "cancelled", "no_show"]
