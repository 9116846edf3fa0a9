"""The staff's first page: figures, what waits for a person, who comes next."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from admin import blueprint
from admin.navigation import present_waiting
from admin.tasks import tasks_for
from loyalty.clinic import queries as clinic
from loyalty.clinic.rules.roles import Permission, may
from loyalty.kernel import clock
from loyalty.referrals import queries as referrals
from loyalty.reports.queries import today as figures
from loyalty.reports.queries.desk import senders_of
from loyalty.visits import queries as visits
from web.access import permission_required
from web.extensions import db
from web.formats import day, money, number
from web.identity import current_staff
from web.pages import render_page, wants_fragment

NEXT_UP = 8
MONTHS = 9
#: A visit stays on the list this long after its time: the patient may be late.
LATE = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure of the first row, formatted for the reader; ``trend`` are its last months."""

    label: str
    value: str
    unit: str
    text: str
    trend: list[int]
    kind: str = ""


@blueprint.get("/")
@permission_required(Permission.SEE_TODAY)
def today() -> Response:
    """Everything at a glance; htmx asks for the list of tasks alone every minute."""
    if wants_fragment():
        return render_page("admin/today.html", "tasks", tasks=_tasks())
    return render_page("admin/today.html", "tasks", tasks=_tasks(), **_page(clock.now()))


def _tasks() -> list[Any]:
    return tasks_for(current_staff().role, present_waiting())


def _page(now: datetime) -> dict[str, Any]:
    session, role = db.session(), current_staff().role
    programme = clinic.programme(session)
    calendar = programme.calendar
    local_day = calendar.day_of(now)
    start, end = calendar.day_bounds(local_day)
    of_day = figures.day_figures(session, start, end)
    sent_today = figures.messages_of_day(session, start, end)
    return {
        "today": local_day,
        "figures": of_day,
        "key_figures": _key_figures(of_day, programme, local_day, now),
        **_next_up(role, now, end),
        "funnel_rows": _funnel(programme, now) if may(role, Permission.SEE_REFERRALS) else None,
        "sent_today": sent_today,
        "given_up": sum(step.given_up for step in sent_today),
    }


def _next_up(role: str, now: datetime, end: datetime) -> dict[str, Any]:
    if not may(role, Permission.SEE_PATIENTS):
        return {"next_up": None, "senders": {}}
    rows = [
        row for row in visits.day_list(db.session(), now - LATE, end) if row.status in ("booked", "arrived")
    ][:NEXT_UP]
    return {
        "next_up": rows,
        "senders": senders_of(db.session(), [row.patient_id for row in rows if row.is_first]),
    }


def _key_figures(
    of_day: figures.DayFigures, programme: clinic.Programme, local_day: date, now: datetime
) -> list[KeyFigure]:
    session, bounds = db.session(), figures.month_bounds(programme.calendar, now, MONTHS)
    visits_made = figures.visits_per_month(session, bounds)
    friends = figures.friends_per_month(session, bounds)
    asked = figures.requests_per_month(session, bounds)
    month_end = programme.calendar.month_of(now).plus(1).first - timedelta(days=1)
    held = figures.liability(session, today=local_day, ending_on=month_end)
    worth = programme.minor(held.points * programme.settings["points.value"])
    waiting = present_waiting()
    return [
        KeyFigure(
            _("Arrived today"),
            number(of_day.arrived),
            _("of %(booked)s booked", booked=number(of_day.booked)),
            ngettext("%(num)s visit this month", "%(num)s visits this month", visits_made[-1]),
            visits_made,
        ),
        KeyFigure(
            _("New friends this month"),
            number(friends[-1]),
            "",
            ngettext(
                "%(num)s friend in the month before", "%(num)s friends in the month before", friends[-2]
            ),
            friends,
            "petal",
        ),
        KeyFigure(
            _("Requests waiting"),
            number(waiting.requests),
            "",
            ngettext(
                "%(num)s of them from a friend", "%(num)s of them from friends", waiting.requests_of_friends
            ),
            asked,
        ),
        KeyFigure(
            _("Points outstanding"),
            number(held.points),
            "",
            _(
                "worth %(money)s; %(points)s end by %(day)s",
                money=money(worth, programme.currency),
                points=number(held.ending),
                day=day(month_end),
            ),
            [],
        ),
    ]


def _funnel(programme: clinic.Programme, now: datetime) -> list[tuple[str, int, str]]:
    start, end = programme.calendar.month_bounds(programme.calendar.month_of(now))
    at = referrals.board_counts(db.session(), start=start, end=end)
    rewarded = at.get("qualified", 0)
    visited = at.get("arrived", 0) + rewarded
    booked = at.get("booked", 0) + visited
    introduced = at.get("registered", 0) + booked
    waits = visited - rewarded
    return [
        (_("Introduced"), introduced, ""),
        (_("Booked"), booked, _("%(percent)s %% booked", percent=_percent(booked, introduced))),
        (_("Visited"), visited, _("%(percent)s %% came", percent=_percent(visited, booked))),
        (
            _("Rewarded"),
            rewarded,
            ngettext("%(num)s waits for the second half", "%(num)s wait for the second half", waits),
        ),
    ]


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0
