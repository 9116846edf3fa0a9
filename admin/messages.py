"""Messages: what was planned, sent, left out and why; and those of which nobody knows (C7, C8)."""

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from admin import blueprint
from admin.fields import TilesField
from admin.labels import message_state_name, step_name
from admin.paging import number_argument
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.messaging import operations, queries
from loyalty.messaging.rules import STATES
from web.access import permission_required
from web.extensions import db
from web.forms import Form
from web.identity import actor
from web.pages import redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.transactions import commits

PAGE = 50
STEPS = (
    "login-code",
    "appointment-requested",
    "visit-booked",
    "points-earned",
    "referral-advanced",
    "tier-reached",
    "board-published",
)


class DecideForm(Form):
    decision = TilesField(
        "",
        [("leave", _l("Leave it")), ("again", _l("Send again"))],
        validators=[InputRequired(_l("Please choose one."))],
    )


@blueprint.get("/messages")
@permission_required(Permission.SEE_MESSAGES)
def messages() -> Response:
    return _page()


@blueprint.post("/messages/<int:message_id>/decide")
@permission_required(Permission.SEE_MESSAGES)
@commits
def settle_message(message_id: int) -> Response:
    """A person's word about a message in doubt: leave it as it is, or send it once more; audited."""
    if queries.message(db.session(), message_id) is None:
        abort(404)
    form = DecideForm()
    if not form.validate_on_submit():
        return _page(status=422, refusal=str(form.decision.errors[0]) if form.decision.errors else "")
    try:
        operations.decide_uncertain(
            db.session(),
            message_id=message_id,
            send_again=form.decision.data == "again",
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        return _page(status=409, refusal=refusal_text(refusal))
    return redirect_or_fragment("admin.messages", state="uncertain")


def _page(*, status: int = 200, refusal: str = "") -> Response:
    session = db.session()
    state, step = request.args.get("state", ""), request.args.get("step", "")
    if (state and state not in STATES) or len(step) > 24:
        abort(404)
    before = number_argument("before")
    rows = queries.message_list(
        session, state=state or None, step=step or None, before=before, limit=PAGE + 1
    )
    kept: dict[str, Any] = {"state": state or None, "step": step or None}
    more_url = url_for("admin.messages", before=rows[PAGE - 1].id, **kept) if len(rows) > PAGE else None
    return render_page(
        "admin/messages.html",
        fragment="rows",
        status=status,
        refusal=refusal,
        rows=rows[:PAGE],
        more_url=more_url,
        in_doubt=queries.uncertain_messages(session) if before is None else [],
        state=state,
        step=step,
        states=[(name, message_state_name(name)) for name in STATES],
        steps=[(name, step_name(name)) for name in STEPS],
    )
