"""Deciding on the names under which members want to be thanked (B3, B6)."""

from flask import Response, abort
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import ValidationError

from admin import blueprint
from admin.fields import PickField
from admin.leaderboards import board_page, list_page
from admin.paging import month_or_404
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.leaderboard import operations, queries
from web.access import permission_required
from web.extensions import db
from web.forms import Form, at_most
from web.identity import actor
from web.pages import redirect_or_fragment
from web.phrases import refusal_text
from web.transactions import commits


class NicknameForm(Form):
    """``seen`` is the word the decision is about: a newer one is not decided unseen."""

    decision = PickField("", [(word, word) for word in ("approve", "change", "refuse")])
    change_to = StringField(_l("Change to"), validators=[at_most(40)])
    seen = HiddenField()
    month = HiddenField()

    def validate_change_to(self, field: StringField) -> None:
        if self.decision.data == "change" and not (field.data or "").strip():
            raise ValidationError(_l("Please fill this in."))


@blueprint.post("/nicknames/<int:patient_id>")
@permission_required(Permission.REVIEW_NICKNAMES)
@commits
def decide_nickname(patient_id: int) -> Response:
    """Approve, change or refuse; the same decision again changes nothing."""
    form = NicknameForm()
    if queries.nickname_of(db.session(), patient_id) is None:
        abort(404)
    if not form.validate_on_submit():
        return _again(form, patient_id, status=422)
    try:
        operations.decide_nickname(
            db.session(),
            patient_id=patient_id,
            approve=form.decision.data != "refuse",
            change_to=form.change_to.data if form.decision.data == "change" else None,
            seen=form.seen.data,
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        return _again(form, patient_id, status=409, refusal=refusal_text(refusal))
    if form.month.data:
        return redirect_or_fragment("admin.leaderboard", month=str(month_or_404(form.month.data)))
    return redirect_or_fragment("admin.leaderboards")


def _again(form: NicknameForm, patient_id: int, *, status: int, refusal: str = "") -> Response:
    sentence = refusal or next((str(texts[0]) for texts in form.errors.values() if texts), "")
    if form.month.data:
        return board_page(
            month_or_404(form.month.data), status=status, refusal=sentence, refused_id=patient_id
        )
    return list_page(status=status, refusal=sentence, refused_id=patient_id)
