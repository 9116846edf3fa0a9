"""Changes of points above the limit: a second person agrees or says why not (P15)."""

from flask import Response, abort, flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from admin import blueprint
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.points import operations
from loyalty.points.models import ManualEntry
from loyalty.reports.queries.manual import decided_points, waiting_points
from web.access import permission_required
from web.extensions import db
from web.forms import Form, at_most
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.transactions import commits

DECIDED = 20


class DecisionForm(Form):
    """Yes, or no with its reason."""

    decision = StringField(_l("Decision"))
    refusal = StringField(_l("Why not?"), validators=[at_most(500)])


@blueprint.get("/points/approvals")
@permission_required(Permission.APPROVE_POINTS)
def approvals() -> Response:
    """What waits, the oldest first, and what was decided last."""
    return _page()


@blueprint.post("/points/approvals/<int:entry_id>")
@permission_required(Permission.APPROVE_POINTS)
@commits
def decide_points(entry_id: int) -> Response:
    """Agree or refuse, once; nobody decides about her own entry."""
    if db.session().get(ManualEntry, entry_id) is None:
        abort(404)
    form = DecisionForm()
    if not form.validate_on_submit() or form.decision.data not in ("yes", "no"):
        return _page(_("Please choose one of the answers."), status=422)
    is_agreed = form.decision.data == "yes"
    why = (form.refusal.data or "").strip()
    if not is_agreed and not why:
        return _page(_("Please say why not: the colleague will read it."), status=422)
    try:
        operations.decide_manual_entry(
            db.session(),
            entry_id=entry_id,
            approve=is_agreed,
            refusal=None if is_agreed else why,
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        return _page(refusal_text(refusal), status=409)
    flash(_("The points are changed.") if is_agreed else _("Refused. No points were changed."), "success")
    return redirect_or_fragment("admin.approvals")


def _page(refusal: str = "", *, status: int = 200) -> Response:
    session = db.session()
    return render_page(
        "admin/approvals.html",
        status=status,
        refusal=refusal,
        waiting=waiting_points(session),
        decided=decided_points(session, limit=DECIDED),
        own_id=current_staff().id,
        limit=current_staff().programme.settings["points.manual_limit"],
    )
