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
from loyalty.kernel.clock import add_months
from loyalty.referrals import queries as referrals
from loyalty.reports.queries import today as figures
from loyalty.reports.queries.desk import senders_of
from loyalty.reports.queries.waiting import Waiting
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
    programme = current_staff().programme
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
    bounds = figures.month_bounds(programme.calendar, now, MONTHS)
    return [
        _arrived(of_day, figures.visits_per_month(db.session(), bounds)),
        _friends(figures.friends_per_month(db.session(), bounds)),
        _requests(present_waiting(), figures.requests_per_month(db.session(), bounds)),
        _outstanding(programme, local_day),
    ]


def _arrived(of_day: figures.DayFigures, months: list[int]) -> KeyFigure:
    this_month = ngettext("%(num)s visit this month", "%(num)s visits this month", months[-1])
    of_booked = _("of %(booked)s booked", booked=number(of_day.booked))
    return KeyFigure(_("Arrived today"), number(of_day.arrived), of_booked, this_month, months)


def _friends(months: list[int]) -> KeyFigure:
    before = ngettext("%(num)s friend in the month before", "%(num)s friends in the month before", months[-2])
    return KeyFigure(_("New friends this month"), number(months[-1]), "", before, months, "petal")


def _requests(found: Waiting, months: list[int]) -> KeyFigure:
    friends = found.requests_of_friends
    of_friends = ngettext("%(num)s of them from a friend", "%(num)s of them from friends", friends)
    return KeyFigure(_("Requests waiting"), number(found.requests), "", of_friends, months)


def _outstanding(programme: clinic.Programme, local_day: date) -> KeyFigure:
    month_end = add_months(local_day.replace(day=1), 1) - timedelta(days=1)
    held = figures.liability(db.session(), today=local_day, ending_on=month_end)
    worth = programme.minor(held.points * programme.settings["points.value"])
    text = _(
        "worth %(money)s; %(points)s end by %(day)s",
        money=money(worth, programme.currency),
        points=number(held.ending),
        day=day(month_end),
    )
    return KeyFigure(_("Points outstanding"), number(held.points), "", text, [])


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
