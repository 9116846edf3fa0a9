"""A month's published thank-you board for everybody: frozen rows, listed names only (B3, B6)."""

from hashlib import sha256

from flask import Response, make_response, request

from loyalty.kernel.clock import Month
from loyalty.leaderboard.queries import PublishedBoard, published
from portal import blueprint
from portal.landing import picture_url
from portal.leaderboard import board_summary, places
from portal.remembered import remembered
from web.access import public
from web.assets import asset_url
from web.extensions import db
from web.formats import month as month_text
from web.i18n import current_language
from web.pages import render_page


@blueprint.get("/b/<month>")
@public
def public_board(month: str) -> Response:
    """The board of a month, one statement; 404 until it is published."""
    board = _board(month)
    if board is None:
        return render_page("portal/public_board_missing.html", status=404)
    stamp = _stamp(board)
    if request.if_none_match.contains_weak(stamp):
        return _kept(Response(status=304), stamp)
    image = picture_url()
    page = remembered(("board page", stamp, image), lambda: _page(board, image))
    return _kept(make_response(page), stamp)


def _page(board: PublishedBoard, image: str) -> str:
    """The whole page; nothing in it depends on who reads it."""
    top, rest = places(board.rows)
    page = render_page(
        "portal/public_board.html",
        month_name=month_text(board.month),
        summary=board_summary(board),
        top=top,
        rest=rest,
        image=image,
    )
    return page.get_data(as_text=True)


def _board(month: str) -> PublishedBoard | None:
    try:
        return published(db.session(), Month.parse(month))
    except ValueError:
        return None


def _stamp(board: PublishedBoard) -> str:
    """What the page depends on: the board's version, the language, the look (its stylesheet's hash)."""
    parts = (board.month, board.version, board.published_at, current_language(), asset_url("css/landing.css"))
    return sha256(repr(parts).encode()).hexdigest()[:20]


def _kept(response: Response, stamp: str) -> Response:
    """Caches keep the page but ask each time: who withdraws her consent is gone at once (B3)."""
    response.set_etag(stamp)
    response.cache_control.public = True
    response.cache_control.no_cache = True
    response.headers["X-Robots-Tag"] = "noindex"
    return response
