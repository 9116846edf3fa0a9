"""The forms of the ladder, of a benefit, and of a pin."""

from collections.abc import Iterator
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from admin.fields import CountField, DayField, PickField
from admin.offer_fields import FourLanguages, in_four_languages, of_languages
from loyalty.clinic.rules.settings import SETTINGS, Settings
from loyalty.kernel.refusal import Refusal
from loyalty.tiers.models import Benefit
from loyalty.tiers.rules import TIERS, WINDOWS
from web.forms import Form, at_most, required
from web.labels import tier_name
from web.phrases import refusal_text

#: What the ladder asks of each tier, and gives: setting by setting.
WAYS = {
    "visits": _l("Visits"),
    "referrals": _l("Friends helped"),
    "multiplier_percent": _l("Points of a visit, in percent"),
    "entry_gift_points": _l("Gift of points on entering"),
}
WINDOW_NAMES = {
    "lifetime": _l("Everything since the first day"),
    "rolling_12_months": _l("The last twelve months"),
    "calendar_year": _l("The calendar year"),
}
ICON_NAMES = {
    "gift": _l("Gift"),
    "bell": _l("Bell"),
    "cake": _l("Cake"),
    "calendar": _l("Calendar"),
    "clock": _l("Clock"),
    "heart": _l("Heart"),
    "medal": _l("Medal"),
    "message": _l("Speech bubble"),
    "phone": _l("Telephone"),
    "route": _l("Way"),
    "shield": _l("Shield"),
    "steth": _l("Stethoscope"),
    "tag": _l("Price tag"),
    "tea": _l("Cup of tea"),
    "users": _l("People"),
}


class LadderForm(Form):
    """All settings of the ladder at once; the fields are named like their settings."""

    window = PickField(_l("What counts"), [(name, WINDOW_NAMES[name]) for name in WINDOWS])
    grace_days = CountField(_l("Days of grace after the window"))
    notice_days = CountField(_l("Days of notice before a fall"))
    reason = StringField(_l("Reason"), validators=[at_most(500)])

    @classmethod
    def of(cls, settings: Settings) -> "LadderForm":
        """The form with the values in force."""
        return cls(**{name: settings[key] for name, key in setting_fields()})

    def rows(self) -> list[tuple[str, list[Any]]]:
        """The fields of each tier, the lowest first."""
        return [(tier, [self[f"{tier}_{way}"] for way in WAYS]) for tier in TIERS]

    def changes(self, settings: Settings) -> dict[str, int | str]:
        """What differs from the values in force; a value that no setting may have stands as a mistake."""
        found = {key: self[name].data for name, key in setting_fields() if self[name].data != settings[key]}
        for name, key in setting_fields():
            if key in found and not SETTINGS[key].check(found[key]):
                self[name].errors = [refusal_text(Refusal("bad_setting", key=key, value=found[key]))]
        return found


def setting_fields() -> Iterator[tuple[str, str]]:
    """Each field of the ladder's form with the setting it stands for."""
    for tier in TIERS:
        for way in WAYS:
            yield f"{tier}_{way}", f"tiers.{tier}.{way}"
    for name in ("window", "grace_days", "notice_days"):
        yield name, f"tiers.{name}"


for _tier in TIERS:
    for _way, _label in WAYS.items():
        setattr(LadderForm, f"{_tier}_{_way}", CountField(_label))


class BenefitForm(FourLanguages):
    """A benefit's words in four languages, and its drawing."""

    refusal_fields: ClassVar[dict[str, str]] = {"benefit_name_missing": "name_vi", "icon_unknown": "icon"}

    name_vi, name_zh, name_ru, name_en = in_four_languages(_l("Title"), 80)
    description_vi, description_zh, description_ru, description_en = in_four_languages(
        _l("Description"), 300, lines=True
    )
    icon = PickField(_l("Drawing"), ICON_NAMES.items(), default="gift")

    @classmethod
    def of(cls, found: Benefit) -> "BenefitForm":
        words = {**of_languages("name", found.name), **of_languages("description", found.description)}
        return cls(icon=found.icon, **words)


class PinForm(Form):
    """Which tier, until when, and why (M10)."""

    refusal_fields: ClassVar[dict[str, str]] = {
        "tier_unknown": "tier",
        "pin_until_past": "until",
        "pin_reason_missing": "reason",
    }

    tier = PickField(_l("Tier"))
    until = DayField(_l("Last day"), validators=[required()])
    reason = StringField(_l("Reason"), validators=[required(), at_most(500)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tier.offer([(tier, tier_name(tier)) for tier in TIERS])
