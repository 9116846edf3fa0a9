"""Form fields that the staff's pages share: lists, days, times of day, amounts of money."""

import re
from collections.abc import Iterable
from datetime import date, time
from typing import Any

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, IntegerField, RadioField, SelectField, TimeField
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput, TextInput, TimeInput

from loyalty.kernel.money import to_decimal, to_minor
from loyalty.kernel.refusal import Refusal
from web.identity import current_staff
from web.phrases import refusal_text

LONGEST_NUMBER = 9
NOT_LISTED = _l("Please choose one of the list.")
Pairs = Iterable[tuple[Any, Any]]

# The published types of WTForms do not know the class that its 3.3 asks for instead of tuples.
_Choice: Any = wtforms.SelectChoice  # type: ignore[attr-defined]


def options(pairs: Pairs) -> Any:
    """Values and their labels as a list to choose from."""
    return [_Choice(value, label) for value, label in pairs]


class _Listed:
    """What lists share: a value that is not on the list is told in words."""

    choices: Any
    data: Any

    def offer(self, pairs: Pairs) -> None:
        """Fill the list, once the form knows what is on it."""
        self.choices = options(pairs)

    def pre_validate(self, form: Any) -> None:
        if self.data not in {choice.value for choice in self.choices or ()}:
            raise ValidationError(str(NOT_LISTED))


class PickField(_Listed, SelectField):
    """A list of words to choose one from."""

    def __init__(self, label: Any, pairs: Pairs = (), **kwargs: Any) -> None:
        super().__init__(label, choices=options(pairs), **kwargs)


class TilesField(_Listed, RadioField):
    """The same, with all words in sight."""

    def __init__(self, label: Any, pairs: Pairs, **kwargs: Any) -> None:
        super().__init__(label, choices=options(pairs), **kwargs)

    def pre_validate(self, form: Any) -> None:
        # Nothing chosen is for the field's own validators to tell.
        if self.data:
            super().pre_validate(form)


class ChoiceField(PickField):
    """A list of records to choose one from by number; 0 stands for none."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, coerce=int, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
        self.data = int(text) if is_number else (-1 if text else 0)


class DayField(DateField):
    """A day that may be left empty; nonsense is told in words."""

    widget = DateInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = date.fromisoformat(text)
        except ValueError:
            raise ValueError(_("This is not a day. Please write it as 2026-11-22.")) from None


class ClockField(TimeField):
    """A time of day on the clinic's clock."""

    widget = TimeInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            raise ValueError(_("This is not a time. Please write it as 09:30.")) from None


class CountField(IntegerField):
    """A whole number, not below zero; left empty it is 0."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = "".join((valuelist[0] if valuelist else "").split())
        self.data = 0
        if not text:
            return
        if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_NUMBER:
            self.data = None
            raise ValueError(_("Please write a whole number."))
        self.data = int(text)


class MoneyField(Field):
    """An amount in the clinic's currency; ``data`` is in minor units, None when left empty."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(to_decimal(self.data, _currency()))

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = _plain(valuelist[0] if valuelist else "")
        self.data: int | None = None
        if not text:
            return
        try:
            self.data = to_minor(text, _currency())
        except Refusal as refusal:
            raise ValueError(refusal_text(refusal)) from None


_GROUPED = re.compile(r"-?\d{1,3}(?:\.\d{3})+|-?\d{1,3}(?:,\d{3})+")


def _plain(text: str) -> str:
    """An amount as people type it, as a plain decimal: blanks gone, grouping and decimal signs told apart."""
    kept = "".join(sign for sign in text if not sign.isspace() and sign not in "₫đ¥₽$")
    if _currency() == "VND":  # no decimals: a sign that does not group thousands is a slip, told as such
        return re.sub("[.,]", "", kept) if _GROUPED.fullmatch(kept) else kept.replace(",", ".")
    whole, comma, cents = kept.rpartition(",")
    if comma and len(cents) <= 2 and "." not in cents:
        return f"{whole.replace('.', '')}.{cents}"
    return kept.replace(",", "")


def _currency() -> str:
    return current_staff().programme.currency
