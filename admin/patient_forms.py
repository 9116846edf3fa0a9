"""The forms of a patient's record, and their values as the domain takes them."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, ValidationError

from admin.fields import DayField, PickField, TilesField
from loyalty.patients.models import Patient
from loyalty.patients.rules import CHANNELS, SEXES
from web.forms import Form, at_most, required
from web.i18n import OWN_NAMES
from web.labels import channel_name

SEX_LABELS = {"female": _l("Female"), "male": _l("Male"), "other": _l("Other")}
#: What the three ways of coming are called on the form; F18 asks for one of them.
SOURCE_LABELS = {
    "referral": _l("A person"),
    "channel": _l("An advertisement or another way"),
    "walk_in": _l("Walked in"),
}
TAG_LENGTH, MOST_TAGS = 40, 12


class PersonForm(Form):
    """What the desk keeps of a person; phones as people write them."""

    refusal_fields: ClassVar[dict[str, str]] = {
        "name_missing": "name",
        "phone_unreadable": "phone",
        "email_unreadable": "email",
        "date_impossible": "birth_date",
    }

    name = StringField(_l("Full name"), validators=[required(), at_most(200)])
    phone = StringField(_l("Phone"), validators=[at_most(30)])
    email = StringField(_l("E-mail"), validators=[at_most(254)])
    birth_date = DayField(_l("Birth date"))
    sex = PickField(_l("Sex"), [("", "–"), *((sex, SEX_LABELS[sex]) for sex in SEXES)])
    salutation = StringField(_l("Form of address"), validators=[at_most(16)])
    language = PickField(_l("Language"), [("", "–"), *OWN_NAMES])
    preferred_channel = PickField(_l("Preferred channel"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preferred_channel.offer([("", "–"), *((name, channel_name(name)) for name in CHANNELS)])

    def person(self) -> dict[str, Any]:
        """The fields of the record; what was left empty is None."""
        return {
            name: self[name].data or None
            for name in (
                "name",
                "phone",
                "email",
                "birth_date",
                "sex",
                "salutation",
                "language",
                "preferred_channel",
            )
        }


class NewPatientForm(PersonForm):
    """A new record: the source is asked every time, consents only as they were spoken (F18, C5)."""

    source = TilesField(
        _l("How did this person come to us?"),
        SOURCE_LABELS.items(),
        validators=[InputRequired(_l("Please ask how this person came."))],
    )
    referrer = StringField(_l("Sent by"), validators=[at_most(100)])
    channel = StringField(_l("Which way"), validators=[at_most(40)])
    consent_care = BooleanField(_l("Reminders and care messages"))
    consent_marketing = BooleanField(_l("News and offers"))
    consent_referral = BooleanField(_l("Whoever sent me may know that I came"))

    def validate_channel(self, field: StringField) -> None:
        if self.source.data == "channel" and not (field.data or "").strip():
            raise ValidationError(_l("Please say which way."))

    def consents(self) -> list[str]:
        """The purposes that were ticked."""
        purposes = ("care", "marketing", "referral")
        return [purpose for purpose in purposes if self[f"consent_{purpose}"].data]


class EditPatientForm(PersonForm):
    """A change of the record; tags such as pensioner widen what points may pay (P8)."""

    tags = StringField(_l("Tags"), validators=[at_most(400)])

    @classmethod
    def of(cls, person: Patient) -> "EditPatientForm":
        form = cls(obj=person)
        form.tags.data = ", ".join(person.tags)
        return form

    def person(self) -> dict[str, Any]:
        return {**super().person(), "tags": _tags(self.tags.data or "")}


def _tags(text: str) -> list[str]:
    found = (part.strip().lower()[:TAG_LENGTH] for part in text.split(","))
    return list(dict.fromkeys(tag for tag in found if tag))[:MOST_TAGS]
