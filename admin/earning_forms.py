"""The form of an earning rule: plain controls for what the programme keeps as conditions."""

from collections.abc import Iterable
from datetime import time
from typing import Any, ClassVar

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from admin.fields import NOT_LISTED, ClockField, DayField, Pairs, TilesField, options
from admin.labels import in_language
from admin.offer_fields import (
    FourLanguages,
    OptionalCountField,
    ServicesField,
    in_four_languages,
    of_languages,
)
from loyalty.clinic import queries as clinic
from loyalty.clinic.models import Service
from loyalty.kernel.refusal import Refusal
from loyalty.points.models import EarningRule
from loyalty.tiers.rules import TIERS
from web.extensions import db
from web.forms import required
from web.labels import specialty_name, tier_name
from web.phrases import refusal_text

TRIGGERS = {"visit": _l("A paid visit"), "birthday": _l("A birthday"), "manual": _l("Staff, by hand")}
EFFECTS = {"percent": _l("A share of the usual points"), "points": _l("A fixed number of points")}
MIDNIGHT = "24:00"
_LIST_KEYS = ("services", "specialties", "tiers", "weekdays")


class TicksField(SelectMultipleField):
    """Words to tick; none stands for no condition."""

    choices: Any
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, coerce: Any = str, **kwargs: Any) -> None:
        super().__init__(label, coerce=coerce, choices=[], validate_choice=False, **kwargs)

    def offer(self, pairs: Pairs) -> None:
        self.choices = options(pairs)

    def pre_validate(self, form: Any) -> None:
        if not set(self.data or ()) <= {choice.value for choice in self.choices or ()}:
            raise ValidationError(str(NOT_LISTED))


class RuleForm(FourLanguages):
    """When points are given, how many, and how rules go together."""

    refusal_fields: ClassVar[dict[str, str]] = {"rule_code_bad": "code"}
    name_vi, name_zh, name_ru, name_en = in_four_languages(_l("Title"), 120)
    code = StringField(
        _l("Short code"), validators=[required()], filters=[lambda text: (text or "").strip().upper()]
    )
    trigger = TilesField(_l("What gives the points?"), TRIGGERS.items(), default="visit")
    effect = TilesField(
        _l("How many?"), EFFECTS.items(), default="percent", validators=[InputRequired(NOT_LISTED)]
    )
    percent = OptionalCountField(_l("Percent of the usual points"))
    points = OptionalCountField(_l("Points"))
    services = ServicesField(_l("Only for these services"))
    specialties = TicksField(_l("Only in these departments"))
    tiers = TicksField(_l("Only in these tiers"))
    weekdays = TicksField(_l("Only on these weekdays"), coerce=int)
    hours_from = ClockField(_l("From"))
    hours_to = ClockField(_l("Until"))
    first_visit = BooleanField(_l("Only on the first visit"))
    popular = BooleanField(_l("Only for the service most asked for in the month before"))
    priority = OptionalCountField(_l("Priority"), default=0)
    stacks = BooleanField(_l("Adds up with other rules"), default=True)
    valid_from = DayField(_l("First day"))
    valid_to = DayField(_l("Last day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        catalogue = clinic.services(db.session())
        self.services.offer((row.id, in_language(row.name)) for row in catalogue)
        self.specialties.offer((code, specialty_name(code)) for code in _specialties(catalogue))
        self.tiers.offer((tier, tier_name(tier)) for tier in TIERS)
        self.weekdays.offer(enumerate(weekday_names()))

    @classmethod
    def of(cls, rule: EarningRule) -> "RuleForm":
        """The form as that version was filled in."""
        found = rule.conditions
        hours = found.get("hours") or (None, None)
        return cls(
            code=rule.code,
            trigger=rule.trigger,
            effect="points" if rule.percent is None else "percent",
            percent=rule.percent,
            points=rule.points,
            priority=rule.priority,
            stacks=rule.stacks,
            valid_from=rule.valid_from,
            valid_to=rule.valid_to,
            hours_from=_clock(hours[0]),
            hours_to=_clock(hours[1]),
            first_visit=bool(found.get("first_visit")),
            popular=bool(found.get("popular")),
            **{key: found.get(key, []) for key in _LIST_KEYS},
            **of_languages("name", rule.name),
        )

    def validate_name_vi(self, _field: StringField) -> None:
        if not self.written("name"):
            raise ValidationError(_("Please give a name in one language at least."))

    def validate_percent(self, field: OptionalCountField) -> None:
        if self.effect.data == "percent" and field.data is None and not field.errors:
            raise ValidationError(_("Please fill this in."))

    def validate_points(self, field: OptionalCountField) -> None:
        if self.effect.data == "points" and not field.data and not field.errors:
            raise ValidationError(_("Please fill this in."))

    def validate_effect(self, field: TilesField) -> None:
        if field.data == "percent" and self.trigger.data != "visit":
            raise ValidationError(_("Only visits have usual points: please choose a fixed number."))

    def validate_hours_to(self, field: ClockField) -> None:
        if (field.data is None) != (self.hours_from.data is None):
            raise ValidationError(_("Please give both times, or none."))

    def validate_valid_to(self, field: DayField) -> None:
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError(_("The last day lies before the first."))

    def conditions(self) -> dict[str, Any]:
        """What was ticked, as the programme keeps it; only visits have all conditions, birthdays the tier."""
        if self.trigger.data != "visit":
            is_birthday = self.trigger.data == "birthday" and self.tiers.data
            return {"tiers": self.tiers.data} if is_birthday else {}
        chosen: dict[str, Any] = {key: self[key].data for key in _LIST_KEYS if self[key].data}
        if self.hours_from.data is not None and self.hours_to.data is not None:
            until = f"{self.hours_to.data:%H:%M}"
            chosen["hours"] = [f"{self.hours_from.data:%H:%M}", MIDNIGHT if until == "00:00" else until]
        chosen.update({key: True for key in ("first_visit", "popular") if self[key].data})
        return chosen

    def values(self) -> dict[str, Any]:
        """Everything for the operation but the code."""
        is_share = self.effect.data == "percent"
        return {
            "name": self.written("name"),
            "trigger": self.trigger.data,
            "conditions": self.conditions(),
            "percent": self.percent.data if is_share else None,
            "points": None if is_share else self.points.data,
            "priority": self.priority.data or 0,
            "stacks": bool(self.stacks.data),
            "valid_from": self.valid_from.data,
            "valid_to": self.valid_to.data,
        }

    def refuse(self, refusal: Refusal) -> None:
        """A refusal beside the control it is about."""
        name = {
            "rule_effect_bad": "points" if self.effect.data == "points" else "percent",
            "rule_condition_bad": {"hours": "hours_to"}.get(
                str(refusal.params.get("field")), str(refusal.params.get("field"))
            ),
        }.get(refusal.code)
        if name is None or name not in self:
            super().refuse(refusal)
        else:
            self[name].errors = [*self[name].errors, refusal_text(refusal)]


def _specialties(catalogue: Iterable[Service]) -> list[str]:
    return sorted({row.specialty for row in catalogue if row.specialty})


def weekday_names() -> list[str]:
    """The days of the week in the reader's language, Monday first."""
    locale = get_locale()
    assert locale is not None, "pages have a language"
    names = locale.days["stand-alone"]["wide"]
    return [str(names[day]).capitalize() for day in range(7)]


def _clock(text: str | None) -> time | None:
    return time.fromisoformat("00:00" if text == MIDNIGHT else text) if text else None
