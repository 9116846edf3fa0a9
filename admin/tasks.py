"""What waits for the person who is signed in, as the lines of "Needs you now"."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from loyalty.clinic.rules.roles import Permission, may
from loyalty.kernel.clock import Month
from loyalty.reports.queries.waiting import Waiting
from web.formats import month as month_text

_P = Permission


@dataclass(frozen=True, slots=True)
class Task:
    """One line: what waits, and the page on which it is dealt with."""

    icon: str
    kind: str
    title: str
    sub: str
    href: str
    action: str
    due: str = ""
    late: bool = False


def tasks_for(role: str, found: Waiting) -> list[Task]:
    """The tasks a role can do something about, the most pressing first."""
    made = (
        (_P.REGISTER_VISITS, _requests(found)),
        (_P.SEE_LEADERBOARD, _board(found)),
        (_P.REVIEW_NICKNAMES, _nicknames(found)),
        (_P.DECIDE_REFERRALS, _flagged(found)),
        (_P.APPROVE_POINTS, _manual_points(found)),
        (_P.APPROVE_REWARDS, _rewards(found)),
        (_P.SEE_MESSAGES, _uncertain(found)),
        (_P.SEE_MESSAGES, _failed(found)),
        (_P.EDIT_PATIENTS, _sources(found)),
    )
    return [task for permission, task in made if task is not None and may(role, permission)]


def _requests(found: Waiting) -> Task | None:
    if not found.requests:
        return None
    return Task(
        "calendar",
        "petal" if found.requests_of_friends else "info",
        ngettext("%(num)s request for an appointment", "%(num)s requests for an appointment", found.requests),
        ngettext("%(num)s from an invited friend", "%(num)s from invited friends", found.requests_of_friends),
        url_for("admin.requests"),
        _("Answer"),
    )


def _board(found: Waiting) -> Task | None:
    if found.draft_month is None:
        return None
    return Task(
        "podium",
        "petal",
        _("Review and publish the board of %(month)s", month=month_text(Month.parse(found.draft_month))),
        ngettext("%(num)s nickname to check", "%(num)s nicknames to check", found.nicknames),
        url_for("admin.leaderboard", month=found.draft_month),
        _("Review"),
    )


def _nicknames(found: Waiting) -> Task | None:
    """The names alone; where a board waits too, its own line counts them."""
    if not found.nicknames or found.draft_month is not None:
        return None
    return Task(
        "podium",
        "petal",
        ngettext("%(num)s nickname to check", "%(num)s nicknames to check", found.nicknames),
        _("No board can be published while one waits."),
        url_for("admin.leaderboards"),
        _("Check"),
    )


def _flagged(found: Waiting) -> Task | None:
    if not found.flagged:
        return None
    return Task(
        "alert",
        "warn",
        ngettext("%(num)s referral to check", "%(num)s referrals to check", found.flagged),
        _("The reward is on hold until somebody has looked."),
        url_for("admin.referrals", only="flagged"),
        _("Check"),
    )


def _manual_points(found: Waiting) -> Task | None:
    if not found.manual_points:
        return None
    return Task(
        "check",
        "warn",
        ngettext(
            "%(num)s change of points to approve",
            "%(num)s changes of points to approve",
            found.manual_points,
        ),
        _("They are above the limit for one person alone."),
        url_for("admin.approvals"),
        _("Decide"),
    )


def _rewards(found: Waiting) -> Task | None:
    if not found.rewards_to_approve:
        return None
    return Task(
        "gift",
        "petal",
        ngettext("%(num)s reward to approve", "%(num)s rewards to approve", found.rewards_to_approve),
        _("The points are set aside until somebody has looked."),
        url_for("admin.fulfilment", tab="requested"),
        _("Look"),
    )


def _uncertain(found: Waiting) -> Task | None:
    if not found.uncertain:
        return None
    return Task(
        "message",
        "warn",
        ngettext(
            "%(num)s message may or may not have arrived",
            "%(num)s messages may or may not have arrived",
            found.uncertain,
        ),
        _("Nothing is sent twice without your word."),
        url_for("admin.messages", state="uncertain"),
        _("Decide"),
    )


def _failed(found: Waiting) -> Task | None:
    if not found.failed:
        return None
    return Task(
        "message",
        "bad",
        ngettext(
            "%(num)s message could not be sent this week",
            "%(num)s messages could not be sent this week",
            found.failed,
        ),
        _("The list says why."),
        url_for("admin.messages", state="failed"),
        _("Open"),
    )


def _sources(found: Waiting) -> Task | None:
    if not found.without_source:
        return None
    return Task(
        "help",
        "info",
        ngettext(
            "%(num)s new patient without a source",
            "%(num)s new patients without a source",
            found.without_source,
        ),
        _("Ask who sent them before the month is closed."),
        url_for("admin.patients", only="without_source"),
        _("Open"),
    )
