"""Form fields of rewards and offers: texts in four languages, percentages, numbers that may be left out."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from admin.fields import LONGEST_NUMBER, NOT_LISTED, Pairs, options
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.refusal import Refusal
from web.forms import Form, at_most
from web.i18n import OWN_NAMES
from web.phrases import refusal_text

#: Nobody sells more in one piece: an amount above it is a slip of the finger (in minor units).
MOST_MINOR = 10**12


def in_four_languages(name: Any, longest: int, *, lines: bool = False) -> tuple[Any, Any, Any, Any]:
    """A text once per language, in the order of ``OWN_NAMES``; none is required by itself."""
    kind = TextAreaField if lines else StringField
    vi, zh, ru, en = (
        kind(
            _l("%(what)s, %(language)s", what=name, language=language),
            validators=[at_most(longest)],
            render_kw={"lang": "zh-Hans" if tag == "zh" else tag},
        )
        for tag, language in OWN_NAMES
    )
    return vi, zh, ru, en


class FourLanguages(Form):
    """What forms with texts in four languages share; fields are named ``name_vi``, ``name_zh`` and so on."""

    def languages(self, name: str) -> list[tuple[str, Any]]:
        """The fields of a text with the languages' own names."""
        return [(language, self[f"{name}_{tag}"]) for tag, language in OWN_NAMES]

    def written(self, name: str) -> LocalizedText:
        """The text as it was filled in; languages left empty are missing."""
        return LocalizedText.of({tag: self[f"{name}_{tag}"].data or "" for tag, _name in OWN_NAMES})


def of_languages(name: str, text: LocalizedText) -> dict[str, str]:
    """A kept text as the values of its four fields."""
    return {f"{name}_{tag}": text.get(tag, "") for tag, _name in OWN_NAMES}


class OptionalCountField(IntegerField):
    """A whole number, not below zero; left empty it is None."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = "".join((valuelist[0] if valuelist else "").split())
        self.data = None
        if not text:
            return
        if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_NUMBER:
            raise ValueError(_("Please write a whole number."))
        self.data = int(text)


class PercentField(Field):
    """A percentage with at most two decimals; ``data`` is in hundredths of a percent: 12.5 is 1250."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{Decimal(self.data).scaleb(-2).normalize():f}"

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = "".join((valuelist[0] if valuelist else "").split()).rstrip("%").replace(",", ".")
        self.data: int | None = None
        if not text:
            return
        try:
            hundredths = Decimal(text).scaleb(2)
        except ArithmeticError:
            raise ValueError(_("Please write a percentage such as 10 or 12.5.")) from None
        if not hundredths.is_finite() or hundredths != hundredths.to_integral_value():
            raise ValueError(_("A percentage has at most two decimals."))
        if not 0 < hundredths <= 10_000:
            raise ValueError(_("A percentage lies above 0 and is 100 at most."))
        self.data = int(hundredths)


class ServicesField(SelectMultipleField):
    """Services to tick; none stands for all of them."""

    choices: Any
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, coerce=_number, choices=[], validate_choice=False, **kwargs)

    def offer(self, pairs: Pairs) -> None:
        self.choices = options(pairs)

    def pre_validate(self, form: Any) -> None:
        if not set(self.data or ()) <= {choice.value for choice in self.choices or ()}:
            raise ValidationError(str(NOT_LISTED))


def _number(value: Any) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else -1


def sound_amount(_form: Any, field: Any) -> None:
    """An amount above zero that a clinic could mean; empty ones are for the field's own validators."""
    if field.data is None:
        return
    if field.data <= 0:
        raise ValidationError(refusal_text(Refusal("amount_not_positive")))
    if field.data > MOST_MINOR:
        raise ValidationError(_("This amount is too large to be true."))


def needed(_form: Any, field: Any) -> None:
    """The field must hold something; 0 counts, which the usual validators take for nothing."""
    if field.data is None and not field.errors:
        raise ValidationError(_("Please fill this in."))
