"""What all forms share: the token, a key that makes a double click harmless, refusals as sentences."""

import re
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import DataRequired, Length

from loyalty.kernel.codes import new_token
from loyalty.kernel.refusal import Refusal
from web.phrases import refusal_text

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


def _sound_key(value: str | None) -> str:
    return value if value and _KEY.fullmatch(value) else new_token()


class Form(FlaskForm):  # type: ignore[misc]
    """A form with its CSRF token and ``form_key``: the same key sent twice is one act.

    ``refusal_fields`` says beside which field a refusal's sentence stands; others stand above the form.
    """

    refusal_fields: ClassVar[dict[str, str]] = {}

    form_key = HiddenField(default=new_token, filters=[_sound_key])

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal of the programme like any other mistake in the form."""
        name = self.refusal_fields.get(refusal.code)
        errors = self.form_errors if name is None else list(self[name].errors)
        errors.append(refusal_text(refusal))
        if name is not None:
            self[name].errors = errors


def required(message: str | None = None) -> DataRequired:
    """The field must be filled in."""
    return DataRequired(message or _l("Please fill this in."))


def at_most(longest: int) -> Length:
    """The text must not be longer than the table keeps."""
    return Length(max=longest, message=_l("Please use at most %(max)d characters."))
