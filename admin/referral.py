"""One referral: its touches, its terms, its stages, and the decision about a flagged one (F6)."""

from flask import Response, abort
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired

from admin import blueprint
from admin.fields import TilesField
from admin.viewing import audit_view
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients import queries as patients
from loyalty.referrals import operations, queries
from loyalty.referrals.models import Referral
from loyalty.visits.queries import visits_of_patient
from web.access import permission_required
from web.extensions import db
from web.forms import Form, at_most, required
from web.identity import actor
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits

VISITS = 5


class DecideForm(Form):
    decision = TilesField(
        _l("Decision"),
        [("approve", _l("It is in order: give the thanks")), ("reject", _l("It is not: no thanks"))],
        validators=[InputRequired(_l("Please choose one."))],
    )
    reason = StringField(_l("Reason"), validators=[required(), at_most(500)])


def referral_or_404(referral_id: int) -> Referral:
    found = queries.referral(db.session(), referral_id)
    if found is None:
        abort(404)
    return found


@blueprint.get("/referrals/<int:referral_id>")
@permission_required(Permission.SEE_REFERRALS)
def referral(referral_id: int) -> Response:
    """The page tells when the friend came: looking at it leaves a trace (A1)."""
    audit_view("patient", friend_id := referral_or_404(referral_id).friend_id, patient_id=friend_id)
    return _page(referral_id, DecideForm())


@blueprint.post("/referrals/<int:referral_id>/decide")
@permission_required(Permission.DECIDE_REFERRALS)
@commits
def decide_flagged(referral_id: int) -> Response:
    """Let held rewards go, or reject the referral; deciding twice is one decision, the first."""
    referral_or_404(referral_id)
    form = DecideForm()
    if not form.validate_on_submit():
        return _page(referral_id, form, status=422)
    try:
        operations.decide_flagged(
            db.session(),
            referral_id=referral_id,
            approve=form.decision.data == "approve",
            reason=form.reason.data or "",
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(referral_id, form, status=409)
    return redirect_or_fragment("admin.referral", referral_id=referral_id)


def _page(referral_id: int, form: DecideForm, *, status: int = 200) -> Response:
    session, found = db.session(), referral_or_404(referral_id)
    return render_page(
        "admin/referral.html",
        status=status,
        form=form,
        referral=found,
        friend=patients.patient(session, found.friend_id),
        referrer=patients.patient(session, found.referrer_id),
        touches=queries.touches(session, found.friend_id),
        visits=visits_of_patient(session, found.friend_id, limit=VISITS),
        is_held=queries.is_held(found),
    )
