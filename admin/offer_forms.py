"""The forms of what the desk gives out: vouchers, promo codes, gift certificates, packages."""

from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import ValidationError

from admin.fields import ChoiceField, DayField, MoneyField, TilesField
from admin.labels import in_language
from admin.offer_fields import (
    FourLanguages,
    OptionalCountField,
    PercentField,
    ServicesField,
    in_four_languages,
    needed,
    sound_amount,
)
from admin.offer_lists import clinic_today
from loyalty.clinic import queries as clinic
from loyalty.rewards.rules.values import MOST_SESSIONS
from web.extensions import db
from web.forms import Form, at_most, required

_KINDS = [("percent", _l("Percentage")), ("amount", _l("Amount")), ("service", _l("Free service"))]
#: What each kind of voucher is worth, by its field.
_WORTH = {"percent": "percent", "amount": "amount", "service": "services"}


def still_to_come(_form: Any, field: Any) -> None:
    """The last day must not be over; that same day still counts."""
    if field.data is not None and field.data < clinic_today():
        raise ValidationError(_("This day is over already."))


class VoucherForm(FourLanguages):
    """What a voucher takes off, and when."""

    refusal_fields: ClassVar[dict[str, str]] = {
        "amount_not_positive": "amount",
        "amount_too_large": "amount",
        "validity_reversed": "valid_to",
        "voucher_service_missing": "services",
    }

    kind = TilesField(_l("What does it give?"), _KINDS, default="amount")
    percent = PercentField(_l("Percentage off"))
    amount = MoneyField(_l("Amount off"), validators=[sound_amount])
    max_discount = MoneyField(_l("At most this much off"), validators=[sound_amount])
    min_bill = MoneyField(_l("For bills from"), validators=[sound_amount])
    services = ServicesField(_l("For these services"))
    valid_from = DayField(_l("First day"))
    valid_to = DayField(_l("Last day"))
    combines = BooleanField(_l("May be used together with other offers that allow it"))
    name_vi, name_zh, name_ru, name_en = in_four_languages(_l("Title"), 120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.services.offer((row.id, in_language(row.name)) for row in clinic.services(db.session()))

    def validate(self, extra_validators: Any = None) -> bool:
        """The field that says what the kind is worth must be filled in."""
        sound = bool(super().validate(extra_validators))
        worth = self[_WORTH[self.kind.data]] if self.kind.data in _WORTH else self.kind
        if not worth.data and not worth.errors:
            worth.errors = [_("Please fill this in.")]
            return False
        return sound

    def validate_valid_to(self, field: Any) -> None:
        still_to_come(self, field)
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError(_("The last day lies before the first."))

    def voucher(self) -> dict[str, Any]:
        """The voucher's values; what belongs to another kind was typed by mistake and is left out."""
        kind = self.kind.data
        return {
            "kind": kind,
            "percent_hundredths": self.percent.data if kind == "percent" else None,
            "max_discount_minor": self.max_discount.data if kind == "percent" else None,
            "amount_minor": self.amount.data if kind == "amount" else None,
            "min_bill_minor": self.min_bill.data,
            "service_ids": self.services.data or None,
            "valid_from": self.valid_from.data,
            "valid_to": self.valid_to.data,
            "combines": self.combines.data,
            "name": self.written("name") or None,
        }


class PromoForm(VoucherForm):
    """A code that everybody may use who knows it."""

    refusal_fields: ClassVar[dict[str, str]] = {
        **VoucherForm.refusal_fields,
        "code_taken": "code",
        "voucher_code_bad": "code",
        "limit_impossible": "total_limit",
    }

    code = StringField(_l("Code"), validators=[required(), at_most(40)])
    total_limit = OptionalCountField(_l("Uses in all"))
    patient_limit = OptionalCountField(_l("Uses for each patient"), default=1)
    first_visit_only = BooleanField(_l("Only on the first visit"))

    def voucher(self) -> dict[str, Any]:
        return {
            **super().voucher(),
            "code": self.code.data,
            "total_limit": self.total_limit.data,
            "patient_limit": self.patient_limit.data,
            "first_visit_only": self.first_visit_only.data,
        }


class CertificateForm(Form):
    """A gift certificate as it is sold at the desk."""

    refusal_fields: ClassVar[dict[str, str]] = {
        "amount_not_positive": "amount",
        "amount_too_large": "amount",
    }

    amount = MoneyField(_l("Amount"), validators=[needed, sound_amount])
    giver = StringField(_l("From whom"), validators=[at_most(120)])
    recipient = StringField(_l("For"), validators=[at_most(120)])
    greeting = TextAreaField(_l("Greeting"), validators=[at_most(300)])
    valid_to = DayField(_l("Last day"), validators=[still_to_come])


class GiveForm(Form):
    """To whom a certificate goes on."""

    recipient = StringField(_l("For"), validators=[required(), at_most(120)])
    greeting = TextAreaField(_l("Greeting"), validators=[at_most(300)])


class PackageForm(Form):
    """Sessions paid for beforehand."""

    refusal_fields: ClassVar[dict[str, str]] = {"sessions_impossible": "sessions"}

    service = ChoiceField(_l("Service"))
    sessions = OptionalCountField(_l("Sessions"), validators=[needed])
    valid_to = DayField(_l("Last day"), validators=[still_to_come])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(row.id, in_language(row.name)) for row in clinic.services(db.session())]
        self.service.offer([(0, "–"), *names])

    def validate_service(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Please choose the service."))

    def validate_sessions(self, field: Any) -> None:
        if field.data is not None and not 1 <= field.data <= MOST_SESSIONS:
            raise ValidationError(
                _("Please write a number from %(least)s to %(most)s.", least=1, most=MOST_SESSIONS)
            )
