"""What reception puts on a bill beside money: points, vouchers, certificates, package sessions."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import ValidationError

from admin.earning_forms import TicksField
from admin.fields import CountField, MoneyField
from admin.labels import in_language
from loyalty.kernel.refusal import Refusal
from loyalty.reports.queries.at_hand import AtHand, at_hand
from loyalty.rewards.rules.codes import clean, grouped
from loyalty.settlement.queries import Reserved
from loyalty.settlement.rules import CertificateUse
from web.extensions import db
from web.formats import day
from web.forms import Form, at_most
from web.phrases import refusal_text

_BETWEEN = re.compile(r"[,;\s]+")
#: Which field a refusal belongs to, by how its code begins.
_PLACES = (
    ("voucher", "vouchers"),
    ("second_percent", "vouchers"),
    ("certificate", "certificates"),
    ("package", "packages"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be put on a bill, by clean code; ``points`` may be ``"max"`` for as many as it takes."""

    points: int | str = 0
    vouchers: tuple[str, ...] = ()
    certificates: tuple[CertificateUse, ...] = ()
    packages: tuple[str, ...] = ()

    def without_codes(self, codes: Collection[str]) -> "Wanted":
        """The rest without these vouchers and certificates."""
        return replace(
            self,
            vouchers=tuple(code for code in self.vouchers if code not in codes),
            certificates=tuple(use for use in self.certificates if use.code not in codes),
        )

    def without(self, field: str, code: str) -> "Wanted":
        """The rest when something of a field cannot be used: that code, or all of it when none is named."""
        if field in ("points_used", "certificate_amount"):
            return replace(self, points=0) if field == "points_used" else replace(self, certificates=())
        kept = [one for one in getattr(self, field) if code and _code_of(one) != code]
        if len(kept) == len(getattr(self, field)):
            kept = []
        changed: dict[str, Any] = {field: tuple(kept)}
        return replace(self, **changed)


def _code_of(one: str | CertificateUse) -> str:
    return one if isinstance(one, str) else one.code


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose bill it is, of which booked visit if any, on which local day."""

    patient_id: int
    visit_id: int | None
    today: date


class OffersForm(Form):
    """The part of a bill's form about points and offers; the patient's own ones are there to tick."""

    points_used = CountField(_l("Points used"), default=0)
    all_points = BooleanField(_l("As many points as possible"))
    own_vouchers = TicksField(_l("Vouchers of this patient"))
    vouchers = StringField(_l("Other voucher or promo codes"), validators=[at_most(200)])
    certificates = StringField(_l("Gift certificate"), validators=[at_most(200)])
    certificate_amount = MoneyField(_l("Take from it"))
    packages = TicksField(_l("Package sessions"))

    def __init__(self, subject: Subject, **values: Any) -> None:
        super().__init__(**values)
        self.at_hand: AtHand = at_hand(
            db.session(), subject.patient_id, subject.today, visit_id=subject.visit_id
        )
        self.own_vouchers.offer((one.code, _voucher_text(one)) for one in self.at_hand.vouchers)
        self.packages.offer((one.code, _package_text(one)) for one in self.at_hand.packages)

    @staticmethod
    def prefilled(kept: Reserved) -> dict[str, Any]:
        """What a booked visit has reserved, as values of the fields; own vouchers are ticked."""
        one = kept.certificates[0].amount_minor if len(kept.certificates) == 1 else None
        return {
            "points_used": kept.points,
            "own_vouchers": list(kept.voucher_codes),
            "certificates": ", ".join(use.code for use in kept.certificates),
            "certificate_amount": one,
            "packages": list(kept.package_codes),
        }

    def move_foreign_codes(self) -> None:
        """Reserved codes that are not on the patient's own lists go where codes are typed."""
        own = {choice.value for choice in self.own_vouchers.choices}
        others = [code for code in self.own_vouchers.data or () if code not in own]
        self.own_vouchers.data = [code for code in self.own_vouchers.data or () if code in own]
        self.vouchers.data = ", ".join(others)

    def tick_scanned(self, brought: Mapping[str, str]) -> None:
        """A voucher or package that was scanned before and led here; only the patient's own are ticked."""
        for name, field in (("voucher", self.own_vouchers), ("package", self.packages)):
            code = clean(brought.get(name, ""))
            if code in {choice.value for choice in field.choices}:
                field.data = sorted({*(field.data or ()), code})

    def validate_certificate_amount(self, field: MoneyField) -> None:
        if field.data is not None and len(_codes(self.certificates.data)) != 1:
            raise ValidationError(_("An amount needs exactly one certificate beside it."))

    def typed_codes(self) -> list[str]:
        """What was typed rather than ticked: it may be a guess."""
        return [*_codes(self.vouchers.data), *_codes(self.certificates.data)]

    def wanted(self) -> Wanted:
        """Everything that was typed or ticked."""
        amount = self.certificate_amount.data
        return Wanted(
            "max" if self.all_points.data else self.points_used.data or 0,
            (*(self.own_vouchers.data or ()), *_codes(self.vouchers.data)),
            tuple(CertificateUse(code, amount) for code in _codes(self.certificates.data)),
            tuple(self.packages.data or ()),
        )

    def place_of(self, refusal: Refusal) -> str | None:
        """The field beside which a refusal stands; None when it is about the whole bill."""
        if refusal.code == "too_many_tries":
            return "vouchers" if _codes(self.vouchers.data) else "certificates"
        if refusal.code == "offer_twice":
            return "vouchers" if refusal.params.get("code") in self.wanted().vouchers else "certificates"
        if refusal.params.get("field") == "certificates":
            return "certificate_amount"
        if refusal.code in self.refusal_fields:
            return self.refusal_fields[refusal.code]
        return next((field for start, field in _PLACES if refusal.code.startswith(start)), None)

    def refuse(self, refusal: Refusal) -> None:
        """Say it once, beside its field."""
        name, sentence = self.place_of(refusal), refusal_text(refusal)
        if name is None:
            if sentence not in self.form_errors:
                self.form_errors.append(sentence)
        elif sentence not in self[name].errors:
            self[name].errors = [*self[name].errors, sentence]


def _codes(text: str | None) -> list[str]:
    found = (clean(part) for part in _BETWEEN.split(text or ""))
    return [code for code in found if code]


def _voucher_text(voucher: Any) -> str:
    name = in_language(voucher.name) or grouped(voucher.code)
    if voucher.valid_to is None:
        return name
    return _("%(name)s, until %(day)s", name=name, day=day(voucher.valid_to))


def _package_text(package: Any) -> str:
    return _(
        "%(service)s: %(left)s of %(all)s sessions left",
        service=in_language(package.service),
        left=package.left,
        all=package.sessions,
    )
