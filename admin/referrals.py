"""The referral board: each friend's way from the introduction to the thanks, with the next step."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from admin import blueprint
from admin.labels import flag_name, local_day, short_day
from admin.paging import number_argument
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.referrals import queries
from loyalty.referrals.rules import ENDS, STAGES
from loyalty.reports.queries.desk import latest_visits_of, stage_counts
from loyalty.visits.models import Visit
from web.access import permission_required
from web.extensions import db
from web.formats import number
from web.identity import current_staff
from web.labels import stage_name
from web.pages import render_page

CARDS, ROWS = 8, 50
COLUMNS = ("registered", "booked", "arrived", "qualified")


@dataclass(frozen=True, slots=True)
class Card:
    """A friend on the board; ``visit`` is the one the next step is about, due from its own day on."""

    row: queries.BoardRow
    line: str
    flag: str
    visit: Visit | None
    is_due: bool


@dataclass(frozen=True, slots=True)
class Column:
    stage: str
    title: str
    count: int
    cards: list[Card]
    more_url: str | None


@blueprint.get("/referrals", endpoint="referrals")
@permission_required(Permission.SEE_REFERRALS)
def referral_board() -> Response:
    """Four columns; as a list with filters on request. "Show more" brings the rest of one column."""
    stage, after = request.args.get("stage", ""), number_argument("after")
    if stage and stage not in STAGES + ENDS:
        abort(404)
    only_flagged = request.args.get("only") == "flagged"
    if only_flagged or request.args.get("view") == "list":
        return _list(stage, only_flagged, after)
    return _board(stage, after)


def _board(stage: str, after: int | None) -> Response:
    counts = stage_counts(db.session())
    shown = (stage,) if stage in COLUMNS else COLUMNS
    found = {name: queries.board(db.session(), stage=name, after=after, limit=CARDS + 1) for name in shown}
    visits = _next_visits([row for rows in found.values() for row in rows[:CARDS]])
    columns = [_column(name, rows, counts, visits) for name, rows in found.items()]
    return render_page(
        "admin/referrals.html",
        fragment="cards" if after is not None else None,
        columns=columns,
        column=columns[0],
        rows=None,
        **_frame("", counts),
    )


def _column(
    stage: str, rows: list[queries.BoardRow], counts: dict[str, int], visits: dict[int, Visit]
) -> Column:
    cards = [_card(row, visits.get(row.friend_id)) for row in rows[:CARDS]]
    more = url_for("admin.referrals", stage=stage, after=rows[CARDS - 1].id) if len(rows) > CARDS else None
    return Column(stage, stage_name(stage), counts.get(stage, 0), cards, more)


def _list(stage: str, only_flagged: bool, after: int | None) -> Response:
    rows = queries.board(db.session(), stage=stage or None, flagged=only_flagged, after=after, limit=ROWS + 1)
    kept: dict[str, Any] = {
        "view": "list",
        "stage": stage or None,
        "only": "flagged" if only_flagged else None,
    }
    more_url = url_for("admin.referrals", after=rows[ROWS - 1].id, **kept) if len(rows) > ROWS else None
    visits = _next_visits(rows[:ROWS])
    return render_page(
        "admin/referrals.html",
        fragment="rows",
        columns=None,
        rows=[_card(row, visits.get(row.friend_id)) for row in rows[:ROWS]],
        more_url=more_url,
        **_frame("flagged" if only_flagged else stage or "list", stage_counts(db.session())),
    )


def _frame(current: str, counts: dict[str, int]) -> dict[str, Any]:
    """The filters above board and list."""
    views: list[tuple[str, str, dict[str, Any]]] = [
        ("", _("Board"), {}),
        ("list", _("List"), {"view": "list"}),
    ]
    stages = [
        (stage, f"{stage_name(stage)} {number(counts[stage])}", {"view": "list", "stage": stage})
        for stage in ENDS
        if counts.get(stage)
    ]
    flagged = queries.flagged_count(db.session())
    to_check = [("flagged", _("To check %(count)s", count=number(flagged)), {"only": "flagged"})]
    return {
        "filter_links": [
            (url_for("admin.referrals", **values), label, name == current)
            for name, label, values in [*views, *to_check, *stages]
        ]
    }


def _next_visits(rows: list[queries.BoardRow]) -> dict[int, Visit]:
    waiting = [row.friend_id for row in rows if row.stage in ("registered", "booked", "arrived")]
    return latest_visits_of(db.session(), waiting)


def _card(row: queries.BoardRow, visit: Visit | None) -> Card:
    flag = ", ".join(flag_name(flag) for flag in row.flags) if row.is_held else ""
    is_due = visit is not None and local_day(visit.scheduled_at) <= local_day(clock.now())
    return Card(row, _line(row, visit), flag, visit, is_due)


def _line(row: queries.BoardRow, visit: Visit | None) -> str:
    """What the card says below the names: the visit ahead, else how long the friend stands there."""
    if row.stage == "booked" and visit is not None:
        on = short_day(visit.scheduled_at)
        return _("missed on %(day)s", day=on) if visit.status == "no_show" else _("visit on %(day)s", day=on)
    if row.stage == "arrived":
        return _("awaiting the first paid visit")
    if row.stage == "qualified":
        given = (row.first_half_points or 0) + (row.second_half_points or 0)
        return _("%(given)s of %(total)s points", given=number(given), total=number(row.reward_points))
    days = _days_since(row.since)
    return ngettext("%(num)s day", "%(num)s days", days) if days else _("today")


def _days_since(moment: datetime) -> int:
    calendar = current_staff().programme.calendar
    return (calendar.day_of(clock.now()) - calendar.day_of(moment)).days
