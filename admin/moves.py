"""What the desk does with a booked visit: arrived, cancelled, did not come, confirmed by phone."""

from collections.abc import Callable

from flask import Response, request

from admin import blueprint
from admin.visits import visit_or_404, visit_page
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.reports.queries.desk import senders_of
from loyalty.visits import operations, queries
from web.access import permission_required
from web.extensions import db
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page, wants_fragment
from web.phrases import refusal_text
from web.transactions import commits

#: Where a button may lead back to without script; anything else leads to the visit.
_BACK = {"today": "admin.today", "visits": "admin.visits", "board": "admin.referrals"}


@blueprint.post("/visits/<int:visit_id>/arrive")
@permission_required(Permission.REGISTER_VISITS)
@commits
def arrive(visit_id: int) -> Response:
    """The patient stands at the desk: the referrer's first half follows (F8). A second click is harmless."""
    return _move(visit_id, operations.mark_arrived)


@blueprint.post("/visits/<int:visit_id>/cancel")
@permission_required(Permission.REGISTER_VISITS)
@commits
def cancel(visit_id: int) -> Response:
    return _move(visit_id, operations.cancel_visit)


@blueprint.post("/visits/<int:visit_id>/no-show")
@permission_required(Permission.REGISTER_VISITS)
@commits
def mark_no_show(visit_id: int) -> Response:
    return _move(visit_id, operations.mark_no_show)


@blueprint.post("/visits/<int:visit_id>/confirm")
@permission_required(Permission.REGISTER_VISITS)
@commits
def confirm(visit_id: int) -> Response:
    """The patient said on the phone that she will come."""
    return _move(visit_id, operations.confirm_visit)


def _move(visit_id: int, move: Callable[..., bool]) -> Response:
    visit_or_404(visit_id)
    try:
        move(db.session(), visit_id=visit_id, actor=actor(), now=clock.now())
    except Refusal as refusal:
        if wants_fragment():
            return _row(visit_id, refusal_text(refusal), status=409)
        return visit_page(visit_id, status=409, refusal=refusal_text(refusal))
    if wants_fragment():
        return _row(visit_id)
    back = request.form.get("back", "")
    if back in _BACK:
        return redirect_or_fragment(_BACK[back])
    return redirect_or_fragment("admin.visit", visit_id=visit_id)


def _row(visit_id: int, refused: str = "", status: int = 200) -> Response:
    """The visit's own row of a day's list, as it is now."""
    visit = visit_or_404(visit_id)
    db.session().refresh(visit)
    start, end = current_staff().programme.calendar.day_bounds(
        current_staff().programme.calendar.day_of(visit.scheduled_at)
    )
    row = next(row for row in queries.day_list(db.session(), start, end) if row.id == visit_id)
    senders = senders_of(db.session(), [row.patient_id] if row.is_first else [])
    return render_page(
        "admin/visit_row.html", status=status, row=row, sender=senders.get(row.patient_id), refused=refused
    )
