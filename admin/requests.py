"""Wishes for a time, left by friends and patients: the desk books them or closes them with a reason."""

from flask import Response, abort, url_for
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from admin import blueprint
from admin.paging import number_argument
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.reports.queries.desk import appointment_request, senders_of
from loyalty.visits import operations, queries
from loyalty.visits.models import AppointmentRequest
from web.access import permission_required
from web.extensions import db
from web.forms import Form, at_most, required
from web.identity import actor
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits

PAGE = 50


class CloseForm(Form):
    reason = StringField(_l("Reason"), validators=[required(), at_most(500)])


def request_or_404(request_id: int) -> AppointmentRequest:
    found = appointment_request(db.session(), request_id)
    if found is None:
        abort(404)
    return found


@blueprint.get("/requests", endpoint="requests")
@permission_required(Permission.REGISTER_VISITS)
def request_list() -> Response:
    """Open wishes, the oldest first; who was sent by somebody says so."""
    return _page(number_argument("after"))


def _page(
    after: int | None = None, *, refused: CloseForm | None = None, refused_id: int = 0, status: int = 200
) -> Response:
    rows = queries.open_requests(db.session(), after=after, limit=PAGE + 1)
    more_url = url_for("admin.requests", after=rows[PAGE - 1].request.id) if len(rows) > PAGE else None
    rows = rows[:PAGE]
    return render_page(
        "admin/requests.html",
        fragment="rows",
        status=status,
        rows=rows,
        senders=senders_of(db.session(), [row.request.patient_id for row in rows]),
        more_url=more_url,
        refused=refused,
        refused_id=refused_id,
    )


@blueprint.post("/requests/<int:request_id>/close")
@permission_required(Permission.REGISTER_VISITS)
@commits
def close_request(request_id: int) -> Response:
    """Put a wish aside with a reason; closing it twice is one act."""
    request_or_404(request_id)
    form = CloseForm()
    if not form.validate_on_submit():
        return _page(refused=form, refused_id=request_id, status=422)
    operations.close_request(
        db.session(), request_id=request_id, reason=form.reason.data or "", actor=actor(), now=clock.now()
    )
    return redirect_or_fragment("admin.requests")
