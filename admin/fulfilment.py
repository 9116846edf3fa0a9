"""What waits to be handed over: the queue, finding out what a code is, handing over, cancelling (V5, V7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from admin import blueprint
from admin.fulfilment_found import FoundHere, found_here, redemption_here
from admin.offer_lists import PAGE, clinic_today, reason_given
from admin.paging import number_argument
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.models import Redemption
from loyalty.rewards.operations import fulfilment as acts
from loyalty.rewards.operations.lookups import look_up
from loyalty.rewards.operations.redemptions import approve_redemption as approve
from loyalty.rewards.queries import redemptions as queries
from loyalty.rewards.rules.redemptions import TABS, may_undo
from web.access import permission_required
from web.extensions import db
from web.formats import day_time
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.security import uses_camera
from web.transactions import commits, commits_in_steps, transaction

LONGEST_CODE = 64
OPEN_TABS = ("waiting", "requested")
_P = Permission


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the queue: how long it waits or when it ended, and whether handing it over can be undone."""

    row: queries.FulfilmentRow
    age: str
    late: bool
    undo: bool


@blueprint.get("/fulfilment")
@permission_required(_P.HAND_OVER_REWARDS)
@uses_camera
def fulfilment() -> Response:
    """The queue, the longest waiting first; ``shown`` puts one of them beside it."""
    shown = number_argument("shown")
    found = redemption_here(_redemption_or_404(shown)) if shown is not None else None
    return _page(found)


@blueprint.post("/fulfilment/check")
@permission_required(_P.HAND_OVER_REWARDS)
@uses_camera
@commits_in_steps
def check_code() -> Response:
    """What a scanned or typed code is. Misses are counted and soon refused, so that nobody guesses (V5)."""
    code = request.form.get("code", "").strip()[:LONGEST_CODE]
    who = actor()
    if not code:
        return _page(FoundHere("bad", _("Please type a code, or scan one.")), status=422)
    try:
        with transaction() as session:
            found = look_up(session, code=code, actor=who, now=clock.now())
    except Refusal as refusal:
        slower = _("Too many codes were wrong. This pause is noted in the audit log.")
        return _page(FoundHere("bad", refusal_text(refusal), slower), code=code, status=429)
    if found is None:
        sentence = _("Nothing has this code. Please check it with the patient, sign by sign.")
        return _page(FoundHere("bad", _("Unknown code"), sentence), code=code, status=422)
    return _page(found_here(found), code=code)


@blueprint.post("/fulfilment/<int:redemption_id>/approve")
@permission_required(_P.APPROVE_REWARDS)
@commits
def approve_redemption(redemption_id: int) -> Response:
    """Say yes to what waits for approval; nobody to one's own or a relative's (V7)."""
    return _act(approve, redemption_id, _("Approved."))


@blueprint.post("/fulfilment/<int:redemption_id>/hand-over")
@permission_required(_P.HAND_OVER_REWARDS)
@commits
def hand_over(redemption_id: int) -> Response:
    """Note that the patient has it; two clerks or a double click hand it over once (V7)."""
    return _act(acts.hand_over, redemption_id, _("Handed over."))


@blueprint.post("/fulfilment/<int:redemption_id>/undo")
@permission_required(_P.HAND_OVER_REWARDS)
@commits
def undo_hand_over(redemption_id: int) -> Response:
    """Take back a mistaken handing over, within ten minutes."""
    return _act(acts.undo_hand_over, redemption_id, _("Undone: it waits at the desk again."))


@blueprint.post("/fulfilment/<int:redemption_id>/cancel")
@permission_required(_P.HAND_OVER_REWARDS)
@commits
def cancel_redemption(redemption_id: int) -> Response:
    """Cancel with a reason: the points go back to their lots, the piece to the stock (P11)."""
    found, reason = _redemption_or_404(redemption_id), reason_given()
    if reason is None:
        return _page(redemption_here(found, cancelling=_("Please give a reason.")), status=422)
    try:
        acts.cancel_redemption(
            db.session(), redemption_id=redemption_id, reason=reason, actor=actor(), now=clock.now()
        )
    except Refusal as refusal:
        return _page(redemption_here(found, sentence=refusal_text(refusal)), status=409)
    flash(_("Cancelled; the points are back."), "success")
    return redirect_or_fragment("admin.fulfilment", shown=redemption_id)


def _act(act: Callable[..., bool], redemption_id: int, done: str) -> Response:
    """Do it, or show why not beside the queue; what was done before is shown as it stands."""
    found = _redemption_or_404(redemption_id)
    try:
        changed = act(db.session(), redemption_id=redemption_id, actor=actor(), now=clock.now())
    except Refusal as refusal:
        return _page(redemption_here(found, sentence=refusal_text(refusal)), status=409)
    if changed:
        flash(done, "success")
    return redirect_or_fragment("admin.fulfilment", shown=redemption_id)


def _redemption_or_404(redemption_id: int) -> Redemption:
    found = queries.redemption(db.session(), redemption_id)
    if found is None:
        abort(404)
    return found


def _page(found: FoundHere | None, *, code: str = "", status: int = 200) -> Response:
    """The whole page, "Show more" of its list, or the answer about a code alone."""
    after = number_argument("after")
    part = "found" if request.method == "POST" else "rows" if after is not None else None
    tab = request.args.get("tab", "waiting")
    if tab not in TABS:
        abort(404)
    return render_page(
        "admin/fulfilment.html",
        fragment=part,
        status=status,
        found=found,
        code=code,
        scan_now="scan" in request.args,
        **_queue(tab, after),
    )


def _queue(tab: str, after: int | None) -> dict[str, Any]:
    session, now = db.session(), clock.now()
    today = clinic_today()
    rows = queries.fulfilment(session, tab=tab, today=today, after=after, limit=PAGE + 1)
    more = None
    if len(rows) > PAGE:
        more = url_for("admin.fulfilment", tab=tab, after=rows[PAGE - 1].redemption.id)
    return {
        "tab": tab,
        "tabs": _tabs(queries.fulfilment_counts(session, today)),
        "rows": [_line(row, tab, now) for row in rows[:PAGE]],
        "more_url": more,
        "nothing": _nothing(tab),
    }


def _tabs(counts: dict[str, int]) -> list[tuple[str, str, int, str]]:
    return [
        ("waiting", _("Waiting"), counts["waiting"], "petal"),
        ("requested", _("To approve"), counts["requested"], "warn"),
        ("handed_over", _("Handed over"), 0, ""),
        ("ended", _("Ended"), 0, ""),
    ]


def _nothing(tab: str) -> tuple[str, str, str]:
    return {
        "waiting": ("bloom", _("Nothing waits"), _("Everything that was chosen has been handed over.")),
        "requested": ("bloom", _("Nothing to approve"), _("Rewards that need a second look appear here.")),
        "handed_over": ("bud", _("Nothing was handed over yet"), _("What the desk hands over appears here.")),
        "ended": (
            "bud",
            _("Nothing has ended"),
            _("What was cancelled or not fetched appears here."),
        ),
    }[tab]


def _line(row: queries.FulfilmentRow, tab: str, now: datetime) -> Line:
    redemption = row.redemption
    if tab not in OPEN_TABS:
        moment = redemption.handed_over_at if tab == "handed_over" else redemption.ended_at
        age = day_time(moment) if moment is not None else _("not fetched in time")
        return Line(row, age, False, tab == "handed_over" and may_undo(redemption.handed_over_at, now))
    since = redemption.approved_at or redemption.requested_at
    late = (now - since).days >= current_staff().programme.settings["rewards.reminder_days"]
    return Line(row, _age(since, now), late, False)


def _age(since: datetime, now: datetime) -> str:
    """How long something waits, in its largest unit."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    if minutes < 24 * 60:
        return ngettext("%(num)s hour", "%(num)s hours", minutes // 60)
    return ngettext("%(num)s day", "%(num)s days", minutes // (24 * 60))
