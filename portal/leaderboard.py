"""The thank-you board in the portal: the published month, the reader's own place, her consent."""

from dataclasses import dataclass

from flask import Response, abort
from flask_babel import gettext as _
from flask_babel import ngettext

from loyalty.kernel.clock import Month
from loyalty.leaderboard.queries import (
    OwnPlace,
    PublishedBoard,
    PublishedRow,
    nickname_of,
    own_place,
    published,
    published_months,
)
from loyalty.leaderboard.rules import APPROVED, CONSENT_PURPOSE
from loyalty.patients.queries import consent_given
from portal import blueprint
from web.access import patient_required
from web.extensions import db
from web.formats import day
from web.formats import month as month_text
from web.identity import current_patient
from web.pages import public_url, render_page

PODIUM = 3
Place = tuple[int, str, int, str]


@dataclass(frozen=True, slots=True)
class MonthLink:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class BoardView:
    """A board as the template draws it; ``me`` is (rank, name, friends, line below) or None."""

    code: str
    title: str
    month_name: str
    published_on: str
    public_link: str
    top: list[Place]
    rest: list[Place]
    me: Place | None
    earlier: MonthLink | None
    later: MonthLink | None


@blueprint.get("/leaderboard")
@blueprint.get("/leaderboard/<month>")
@patient_required
def leaderboard(month: str | None = None) -> Response:
    """The named month's board, else the latest; a month without a published one is not found."""
    patient, session = current_patient(), db.session()
    months = published_months(session)
    wanted = _month(month) if month is not None else (months[0] if months else None)
    found = published(session, wanted) if wanted is not None else None
    if month is not None and found is None:
        abort(404)
    shown_as = _shown_as()
    view = _view(found, months, own_place(session, found.month, patient.id), shown_as) if found else None
    return render_page(
        "portal/leaderboard.html",
        board=view,
        months=[MonthLink(str(one), month_text(one)) for one in months],
        consented=consent_given(session, patient.id, CONSENT_PURPOSE),
        shown_as=_("You are shown as “%(name)s”. You can switch this off any time.", name=shown_as)
        if shown_as
        else _("Until you choose a name, only your initials are shown. You can switch this off any time."),
        nav_current="portal.home",
    )


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        abort(404)


def _shown_as() -> str:
    """The approved name of the signed-in patient, empty while there is none."""
    nickname = nickname_of(db.session(), current_patient().id)
    if nickname is None or nickname.state != APPROVED:
        return ""
    own_name = current_patient().name if nickname.real_name_allowed else ""
    return nickname.changed_to or nickname.nickname or own_name


def places(rows: tuple[PublishedRow, ...]) -> tuple[list[Place], list[Place]]:
    """The podium and the places below, as the board's parts take them."""
    title = _("Health Ambassador")
    lines = [(row.rank, row.shown_name, row.score, title if row.title else "") for row in rows]
    return lines[:PODIUM], lines[PODIUM:]


def _view(board: PublishedBoard, months: list[Month], own: OwnPlace | None, shown_as: str) -> BoardView:
    top, rest = places(board.rows)
    me = _own_line(board, own, shown_as)
    if me is not None:
        mine = next((line for line in rest if line[:3] == me[:3]), None)
        rest = [line for line in rest if line is not mine]
    at = months.index(board.month)
    return BoardView(
        code=str(board.month),
        title=board_summary(board),
        month_name=month_text(board.month),
        published_on=day(board.published_at),
        public_link=public_url("portal.public_board", month=str(board.month)),
        top=top,
        rest=rest,
        me=me,
        earlier=_link(months, at + 1),
        later=_link(months, at - 1),
    )


def _link(months: list[Month], at: int) -> MonthLink | None:
    return MonthLink(str(months[at]), month_text(months[at])) if 0 <= at < len(months) else None


def _own_line(board: PublishedBoard, own: OwnPlace | None, shown_as: str) -> Place | None:
    """The reader's place, under the name the board gives her; unlisted it is told to her alone (B6)."""
    if own is None:
        return None
    name = own.shown_name or shown_as or current_patient().name
    listed = any((row.rank, row.shown_name, row.score) == (own.rank, name, own.score) for row in board.rows)
    if not listed:
        return own.rank, name, own.score, _("Only you can see this line.")
    third = board.rows[min(PODIUM, len(board.rows)) - 1].score
    missing = third - own.score
    if own.rank <= PODIUM or missing <= 0:
        return own.rank, name, own.score, ""
    return (
        own.rank,
        name,
        own.score,
        ngettext("%(num)s more friend for the top three", "%(num)s more friends for the top three", missing),
    )


def board_summary(board: PublishedBoard) -> str:
    """The month in one sentence; the totals count those who are not listed too."""
    return ngettext(
        "%(num)s friend found care thanks to our patients. Thank you.",
        "%(num)s friends found care thanks to our patients. Thank you.",
        board.friends_total,
    )
