"""The monthly thank-you boards: drafts, the review of names, publication (B2 to B6)."""

from typing import Any

from flask import Response, abort, flash
from flask_babel import gettext as _
from flask_babel import ngettext

from admin import blueprint
from admin.paging import month_or_404
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.clock import Month
from loyalty.kernel.refusal import Refusal
from loyalty.leaderboard import operations, queries
from loyalty.leaderboard.models import Board
from loyalty.reports.queries.desk import nicknames_waiting
from web.access import permission_required
from web.extensions import db
from web.forms import Form
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.transactions import commits


def board_or_404(month: Month) -> Board:
    found = queries.board(db.session(), month)
    if found is None:
        abort(404)
    return found


@blueprint.get("/leaderboards")
@permission_required(Permission.SEE_LEADERBOARD)
def leaderboards() -> Response:
    """All boards, the latest first, and the nicknames that wait for a decision."""
    return list_page()


def list_page(*, status: int = 200, refusal: str = "", refused_id: int = 0) -> Response:
    """The list, with the sentence of a refused decision beside the nickname it is about."""
    session = db.session()
    last_month = current_staff().programme.calendar.month_of(clock.now()).plus(-1)
    boards = queries.boards(session)
    return render_page(
        "admin/leaderboards.html",
        status=status,
        boards=[(board, Month.parse(board.month)) for board in boards],
        missing=last_month if str(last_month) not in {board.month for board in boards} else None,
        nicknames=nicknames_waiting(session),
        refusal=refusal,
        refused_id=refused_id,
    )


@blueprint.get("/leaderboards/<month>")
@permission_required(Permission.SEE_LEADERBOARD)
def leaderboard(month: str) -> Response:
    return board_page(month_or_404(month))


def board_page(month: Month, *, status: int = 200, refusal: str = "", refused_id: int = 0) -> Response:
    """The review of a month: who is on it, under which name, and what still stands in the way."""
    board, rows = board_or_404(month), queries.review_rows(db.session(), month)
    return render_page(
        "admin/leaderboard.html",
        status=status,
        board=board,
        month=month,
        rows=rows,
        refusal=refusal,
        refused_id=refused_id,
        checks=_checks(board, rows),
        listed=[row for row in rows if row.shown_name],
        form=Form(),
        corrections=sum(row.corrections for row in rows),
    )


def _checks(board: Board, rows: list[queries.ReviewRow]) -> list[tuple[str, str]]:
    """What to look at before publishing, as (sentence, state)."""
    unnamed = sum(row.shown_name is None for row in rows)
    waiting = sum(row.nickname_state == "waiting" for row in rows)
    doubts = sum(bool(row.flags) for row in rows)
    lines = [
        (_("Only nicknames of people who agreed are shown"), "ok"),
        (_("No services, conditions or amounts are shown"), "ok"),
        (
            ngettext(
                "%(num)s member keeps the place unnamed", "%(num)s members keep their place unnamed", unnamed
            ),
            "ok",
        ),
    ]
    if not rows:
        lines.append((_("Nobody helped a friend in this month, so there is nothing to publish"), "warn"))
    if waiting and board.state == "draft":
        lines.append(
            (ngettext("%(num)s nickname still to check", "%(num)s nicknames still to check", waiting), "warn")
        )
    if doubts:
        lines.append(
            (
                ngettext(
                    "%(num)s member has a referral to check",
                    "%(num)s members have referrals to check",
                    doubts,
                ),
                "warn",
            )
        )
    return lines


@blueprint.post("/leaderboards/<month>/draft")
@permission_required(Permission.PUBLISH_LEADERBOARD)
@commits
def redraft(month: str) -> Response:
    """Count the month anew; a draft may be rebuilt until it is published (B2)."""
    wanted = month_or_404(month)
    try:
        operations.draft_board(db.session(), month=wanted, actor=actor(), now=clock.now())
    except Refusal as refusal:
        return _refused(wanted, refusal)
    flash(_("Counted anew."), "success")
    return redirect_or_fragment("admin.leaderboard", month=month)


@blueprint.post("/leaderboards/<month>/publish")
@permission_required(Permission.PUBLISH_LEADERBOARD)
@commits
def publish(month: str) -> Response:
    """Freeze the board and make it public; publishing twice is publishing once (B3)."""
    wanted = month_or_404(month)
    try:
        operations.publish_board(db.session(), month=wanted, actor=actor(), now=clock.now())
    except Refusal as refusal:
        return _refused(wanted, refusal)
    flash(_("The board is public now."), "success")
    return redirect_or_fragment("admin.leaderboard", month=month)


def _refused(month: Month, refusal: Refusal) -> Response:
    """The page as it was before the attempt, with the sentence that says why not."""
    sentence: Any = refusal_text(refusal)
    db.session.rollback()
    if queries.board(db.session(), month) is None:
        return list_page(status=409, refusal=sentence)
    return board_page(month, status=409, refusal=sentence)
