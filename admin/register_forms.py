"""The form of a visit's bill: its lines and what is put on it, as the settlement takes them."""

from datetime import datetime
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, ValidationError

from admin.fields import ChoiceField, CountField, DayField, MoneyField
from admin.labels import in_language
from admin.offers_on_bill import OffersForm, Subject
from loyalty.clinic import queries as clinic
from loyalty.clinic.models import Service
from loyalty.settlement.rules import Line, Paid
from web.extensions import db
from web.forms import Form

FIRST_LINES, MOST_LINES = 3, 15


class LineForm(PlainForm):
    """One service of the bill; an empty amount stands for the catalogue's price."""

    service = ChoiceField(_l("Service"))
    quantity = CountField(_l("Quantity"), default=1)
    amount = MoneyField(_l("Amount"))


class RegisterForm(OffersForm):
    """What was done, how it was paid, when to come again."""

    refusal_fields: ClassVar[dict[str, str]] = {
        "points_over_cap": "points_used",
        "not_enough_points": "points_used",
        "points_not_positive": "points_used",
        "payment_exceeds_due": "paid",
        "amount_not_positive": "paid",
    }

    lines: "FieldList[Any]" = FieldList(FormField(LineForm), min_entries=FIRST_LINES, max_entries=MOST_LINES)
    paid = MoneyField(_l("Paid in money"))
    follow_up_on = DayField(_l("Follow-up day"))
    doctor = ChoiceField(_l("Doctor"))
    branch = ChoiceField(_l("Branch"))

    def __init__(self, subject: Subject, **values: Any) -> None:
        super().__init__(subject, **values)
        session = db.session()
        self.services: dict[int, Service] = {service.id: service for service in clinic.services(session)}
        self.doctor.offer([(0, "–"), *((row.id, in_language(row.name)) for row in clinic.doctors(session))])
        self.branch.offer((row.id, in_language(row.name)) for row in clinic.branches(session))
        self._name_services()

    def add_line(self) -> None:
        """One more empty line, up to a bill's reasonable length."""
        if len(self.lines.entries) < MOST_LINES:
            self.lines.append_entry()
            self._name_services()

    def _name_services(self) -> None:
        names = [(0, "–"), *((key, in_language(row.name)) for key, row in self.services.items())]
        for entry in self.lines.entries:
            entry.form.service.offer(names)

    def bill_lines(self) -> list[Line]:
        """The lines that were filled in; a price of the catalogue stands in for an empty amount."""
        return [
            self._line(entry.form) for entry in self.lines.entries if entry.form.service.data in self.services
        ]

    def _line(self, line: LineForm) -> Line:
        service, quantity = self.services[line.service.data], line.quantity.data or 1
        amount = line.amount.data
        if amount is None:
            amount = (service.price_minor or 0) * quantity
        return Line(service.id, amount, quantity, service.kind)

    def validate_lines(self, field: "FieldList[Any]") -> None:
        """An amount without its service is a slip that nobody would find later."""
        for entry in field.entries:
            if entry.form.amount.data and not entry.form.service.data:
                entry.form.service.errors = [_("Please choose the service.")]
                raise ValidationError(_("One line has an amount and no service."))

    def payments(self, due_minor: int, now: datetime) -> list[Paid]:
        """One payment at the desk: what was typed, or all that is due when nothing was."""
        amount: int = due_minor if self.paid.data is None else self.paid.data
        return [Paid(f"desk-{self.form_key.data}", amount, now)] if amount else []


class PaymentForm(Form):
    """A later payment of a visit; the hidden key makes a second click the same payment."""

    refusal_fields: ClassVar[dict[str, str]] = {
        "amount_not_positive": "amount",
        "payment_exceeds_due": "amount",
    }

    amount = MoneyField(_l("Amount"), validators=[InputRequired(_l("Please fill this in."))])

    def payment(self, now: datetime) -> Paid:
        return Paid(f"desk-{self.form_key.data}", self.amount.data or 0, now)
