"""The form of a reward: what every kind has, and what comes out of each."""

from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from admin.fields import ChoiceField, CountField, DayField, MoneyField, PickField
from admin.labels import in_language
from admin.offer_fields import (
    FourLanguages,
    OptionalCountField,
    PercentField,
    ServicesField,
    in_four_languages,
    needed,
    of_languages,
    sound_amount,
)
from admin.offer_words import HUES, ICONS
from loyalty.clinic import queries as clinic
from loyalty.rewards.models import Reward
from loyalty.rewards.rules.catalogue import DETAILS, MOST_DAYS, MOST_POINTS, MOST_STOCK
from loyalty.rewards.rules.values import MOST_SESSIONS
from loyalty.tiers.rules import TIERS
from web.extensions import db
from web.labels import tier_name

_TEXTS = ("name", "description", "preparation")
_PLAIN = ("points", "stock", "valid_from", "valid_to", "icon", "hue", "position")
_OF_KINDS = {name for needs, may in DETAILS.values() for name in (*needs, *may)}


class RewardForm(FourLanguages):
    """One catalogue item; fields that its kind has no use for are left out."""

    refusal_fields: ClassVar[dict[str, str]] = {
        "picture_unreadable": "picture",
        "picture_too_large": "picture",
        "name_missing": "name_vi",
    }

    kind = HiddenField()
    name_vi, name_zh, name_ru, name_en = in_four_languages(_l("Title"), 120)
    description_vi, description_zh, description_ru, description_en = in_four_languages(
        _l("Description"), 1000, lines=True
    )
    preparation_vi, preparation_zh, preparation_ru, preparation_en = in_four_languages(
        _l("What to know before"), 300
    )
    percent_hundredths = PercentField(_l("Percentage off"))
    amount_minor = MoneyField(_l("Amount"), validators=[sound_amount])
    service_id = ChoiceField(_l("Service"))
    sessions = OptionalCountField(_l("Sessions"))
    valid_days = OptionalCountField(_l("Days it can be used"), default=90)
    max_discount_minor = MoneyField(_l("At most this much off"), validators=[sound_amount])
    min_bill_minor = MoneyField(_l("For bills from"), validators=[sound_amount])
    service_ids = ServicesField(_l("Only for these services"))
    points = OptionalCountField(_l("Price in points"), validators=[needed])
    stock = OptionalCountField(_l("In stock"))
    #: The stock when the page was opened: what was taken meanwhile is taken off the new one.
    stock_seen = HiddenField()
    tier = PickField(_l("From which tier on"))
    valid_from = DayField(_l("First day"))
    valid_to = DayField(_l("Last day"))
    needs_approval = BooleanField(_l("Somebody has to approve each one"))
    pickup_days = OptionalCountField(_l("Days it waits at the desk"), default=30)
    icon = PickField(_l("Drawing"), ICONS.items(), default="gift")
    hue = PickField(_l("Colour"), HUES.items(), default="leaf")
    position = CountField(_l("Place in the list"), default=0)
    picture = FileField(_l("Photo"))
    remove_picture = BooleanField(_l("Take the photo away"))

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.data = kind
        self.needs, self.may = DETAILS[kind]
        for name in _OF_KINDS.difference(self.needs, self.may):
            del self[name]
        if kind != "gift":
            del self.pickup_days
        self.tier.offer([("", _("Everybody")), *((tier, tier_name(tier)) for tier in TIERS)])
        self._offer_services()

    @classmethod
    def of(cls, reward: Reward) -> "RewardForm":
        """The form as the reward stands."""
        texts: dict[str, str] = {}
        for name in _TEXTS:
            texts |= of_languages(name, getattr(reward, name))
        plain = {name: getattr(reward, name) for name in _PLAIN}
        return cls(
            reward.kind,
            tier=reward.tier or "",
            needs_approval=reward.needs_approval,
            pickup_days=reward.pickup_days,
            stock_seen="" if reward.stock is None else str(reward.stock),
            **plain,
            **texts,
            **reward.details,
        )

    def _offer_services(self) -> None:
        if "service_id" not in self and "service_ids" not in self:
            return
        names = [(row.id, in_language(row.name)) for row in clinic.services(db.session())]
        if "service_id" in self:
            self.service_id.offer([(0, "–"), *names])
        else:
            self.service_ids.offer(names)

    def validate(self, extra_validators: Any = None) -> bool:
        """What is left out of the kind's own fields is told beside them."""
        sound = bool(super().validate(extra_validators))
        for name in self.needs:
            if not self[name].data and not self[name].errors:
                self[name].errors = [_("Please fill this in.")]
                sound = False
        return sound

    def validate_name_vi(self, field: Any) -> None:
        if not self.written("name"):
            raise ValidationError(_("Please write the name in one language at least."))

    def validate_points(self, field: Any) -> None:
        _between(field, 1, MOST_POINTS)

    def validate_valid_days(self, field: Any) -> None:
        _between(field, 1, MOST_DAYS)

    def validate_pickup_days(self, field: Any) -> None:
        if field.data is None:
            field.data = 30
        _between(field, 1, MOST_DAYS)

    def validate_sessions(self, field: Any) -> None:
        _between(field, 1, MOST_SESSIONS)

    def validate_stock(self, field: Any) -> None:
        _between(field, 0, MOST_STOCK)

    def validate_valid_to(self, field: Any) -> None:
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError(_("The last day lies before the first."))

    def fields(self) -> dict[str, Any]:
        """The reward as the catalogue keeps it, but for its photo."""
        found = {name: self[name].data for name in _PLAIN}
        found |= {name: self.written(name) for name in _TEXTS}
        seen = self.stock_seen.data or ""
        if seen.isascii() and seen.isdigit():
            found["stock_seen"] = int(seen[:9])
        if "pickup_days" in self:
            found["pickup_days"] = self.pickup_days.data
        details = {name: self[name].data for name in (*self.needs, *self.may)}
        return {
            **found,
            "kind": self.kind.data,
            "tier": self.tier.data or None,
            "needs_approval": self.needs_approval.data,
            "details": {name: value for name, value in details.items() if value not in (None, [])},
        }


def _between(field: Any, least: int, most: int) -> None:
    if field.data is not None and not least <= field.data <= most:
        raise ValidationError(_("Please write a number from %(least)s to %(most)s.", least=least, most=most))
