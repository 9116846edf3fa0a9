"""Points that a person gives or takes, with a reason; above the limit a colleague decides (P15)."""

from datetime import date
from typing import Any, ClassVar

from flask import Response, flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, ValidationError

from admin import blueprint
from admin.fields import ChoiceField, CountField, DayField, TilesField
from admin.labels import in_language
from admin.patient import patient_or_404
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points import operations
from loyalty.points import queries as points
from loyalty.points.models import EarningRule, ManualEntry
from loyalty.points.operations import DEFAULT_LIFE
from loyalty.reports.queries.manual import occasions
from web.access import permission_required
from web.extensions import db
from web.forms import Form, at_most
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits

DIRECTIONS = {"give": _l("Give points"), "take": _l("Take points back")}
LIVES = {"usual": _l("As usual"), "day": _l("Until the day below"), "ever": _l("Without end")}


class AdjustForm(Form):
    """How many points, which way, why and until when; an occasion fills in what was left empty."""

    refusal_fields: ClassVar[dict[str, str]] = {
        "points_zero": "points",
        "points_too_many": "points",
        "not_enough_points": "points",
        "reason_missing": "reason",
        "last_day_past": "valid_to",
        "rule_not_active": "occasion",
    }

    direction = TilesField(
        _l("What is to be done?"),
        DIRECTIONS.items(),
        default="give",
        validators=[InputRequired(_l("Please choose one of the list."))],
    )
    occasion = ChoiceField(_l("Occasion"), default=0)
    points = CountField(_l("Points"))
    reason = StringField(_l("Reason"), validators=[at_most(500)])
    life = TilesField(_l("How long shall they live?"), LIVES.items(), default="usual")
    valid_to = DayField(_l("Last day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = {rule.id: rule for rule in occasions(db.session(), _today())}
        names = ((rule.id, _occasion_name(rule)) for rule in self.rules.values())
        self.occasion.offer([(0, "–"), *names])

    def validate_valid_to(self, field: DayField) -> None:
        if self.life.data != "day" or self.direction.data != "give":
            return
        if field.data is None:
            raise ValidationError(_("Please fill this in."))
        if field.data < _today():
            raise ValidationError(_("This day is over already."))

    @property
    def rule(self) -> EarningRule | None:
        """The occasion chosen; taking points back has none."""
        return self.rules.get(self.occasion.data or 0) if self.direction.data == "give" else None

    def amount(self) -> int:
        """The change with its sign; an occasion's own number where none was typed."""
        number = self.points.data or (self.rule.points or 0 if self.rule else 0)
        return -number if self.direction.data == "take" else number

    def why(self) -> str:
        return (self.reason.data or "").strip() or (in_language(self.rule.name) if self.rule else "")

    def last_day(self) -> Any:
        """The last day for the operation: the usual one, the day typed, or None for ever."""
        return {"day": self.valid_to.data, "ever": None}.get(self.life.data, DEFAULT_LIFE)


@blueprint.get("/patients/<int:patient_id>/points")
@permission_required(Permission.ADJUST_POINTS)
def adjust_points(patient_id: int) -> Response:
    return _page(patient_or_404(patient_id), AdjustForm())


@blueprint.post("/patients/<int:patient_id>/points")
@permission_required(Permission.ADJUST_POINTS)
@commits
def save_adjustment(patient_id: int) -> Response:
    """Write the change once per form; above the limit it waits for a colleague."""
    person, form = patient_or_404(patient_id), AdjustForm()
    if not form.validate_on_submit():
        return _page(person, form, status=422)
    try:
        entry = _adjust(person, form)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(person, form, status=409)
    flash(*_outcome(entry))
    return redirect_or_fragment("admin.patient", patient_id=patient_id, tab="points")


def _adjust(person: Patient, form: AdjustForm) -> ManualEntry:
    return operations.adjust_points(
        db.session(),
        patient_id=person.id,
        points=form.amount(),
        reason=form.why(),
        key=f"desk-{form.form_key.data}",
        valid_to=form.last_day(),
        rule_id=form.rule.id if form.rule else None,
        actor=actor(),
        now=clock.now(),
    )


def _outcome(entry: ManualEntry) -> tuple[str, str]:
    if entry.state == "waiting":
        return _("This is above the limit: a colleague has to agree. Nothing has changed yet."), "warning"
    return _("The points are changed."), "success"


def _occasion_name(rule: EarningRule) -> str:
    return _("%(name)s: %(points)s points", name=in_language(rule.name), points=rule.points or 0)


def _today() -> date:
    return current_staff().programme.calendar.day_of(clock.now())


def _page(person: Patient, form: AdjustForm, *, status: int = 200) -> Response:
    return render_page(
        "admin/adjust.html",
        status=status,
        form=form,
        person=person,
        available=points.available(db.session(), person.id, _today()),
        limit=current_staff().programme.settings["points.manual_limit"],
    )
