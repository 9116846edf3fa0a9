"""The menu of the staff's pages: only what the role may open, with what waits behind each entry."""

from collections.abc import Iterator
from typing import Any

from flask import g, request, url_for
from flask_babel import lazy_gettext as _l

from admin import blueprint
from loyalty.clinic.rules.roles import Permission, may
from loyalty.kernel import clock
from loyalty.reports.queries.waiting import Waiting, waiting
from web.extensions import db
from web.identity import current_staff, current_staff_or_none

Link = tuple[str, str, str, int]
_P = Permission

_GROUPS: tuple[tuple[Any, tuple[tuple[str, str, Any, Permission], ...]], ...] = (
    (
        None,
        (
            ("admin.today", "home", _l("Today"), _P.SEE_TODAY),
            ("admin.requests", "calendar", _l("Requests"), _P.REGISTER_VISITS),
            ("admin.patients", "users", _l("Patients"), _P.SEE_PATIENTS),
            ("admin.visits", "steth", _l("Visits"), _P.SEE_PATIENTS),
        ),
    ),
    (
        _l("Referrals"),
        (
            ("admin.referrals", "board", _l("Referral board"), _P.SEE_REFERRALS),
            ("admin.leaderboards", "podium", _l("Thank-you board"), _P.SEE_LEADERBOARD),
        ),
    ),
    (
        _l("Rewards"),
        (
            ("admin.fulfilment", "box", _l("Fulfilment"), _P.HAND_OVER_REWARDS),
            ("admin.vouchers", "ticket", _l("Vouchers"), _P.ISSUE_OFFERS),
            ("admin.certificates", "mail", _l("Gift certificates"), _P.ISSUE_OFFERS),
            ("admin.packages", "repeat", _l("Packages"), _P.ISSUE_OFFERS),
            ("admin.rewards", "gift", _l("Rewards"), _P.EDIT_CATALOGUE),
            ("admin.promo_codes", "tag", _l("Promo codes"), _P.EDIT_CATALOGUE),
            ("admin.tiers", "medal", _l("Tiers"), _P.EDIT_TIERS),
        ),
    ),
    (
        _l("Points"),
        (
            ("admin.approvals", "check", _l("Point approvals"), _P.APPROVE_POINTS),
            ("admin.earning_rules", "leaf", _l("Earning rules"), _P.EDIT_EARNING_RULES),
            ("admin.liability", "chart", _l("Points outstanding"), _P.SEE_REPORTS),
        ),
    ),
    (_l("Care"), (("admin.messages", "message", _l("Messages"), _P.SEE_MESSAGES),)),
    (
        _l("Clinic"),
        (
            ("admin.imports", "upload", _l("Import"), _P.IMPORT_FILES),
            ("admin.health", "shield", _l("Automation health"), _P.SEE_HEALTH),
            ("admin.audit", "list", _l("Audit log"), _P.SEE_AUDIT),
            ("admin.settings", "sliders", _l("Settings"), _P.CHANGE_SETTINGS),
            ("admin.staff", "key", _l("Staff"), _P.MANAGE_STAFF),
        ),
    ),
)

#: Pages below an entry of the menu: the entry stays marked while one of them is open.
_BELOW = {
    "admin.requests": ("close_request",),
    "admin.patients": (
        "patient",
        "new_patient",
        "create_patient",
        "edit_patient",
        "save_patient",
        "reveal_phone",
        "attribute",
        "save_referrer",
        "save_source",
        "book",
        "save_booking",
        "save_consent",
        "merge",
        "save_merge",
        "adjust_points",
        "save_adjustment",
        "pin_tier",
        "unpin_tier",
    ),
    "admin.visits": (
        "visit",
        "register_visit",
        "save_visit",
        "quote",
        "registered",
        "refund",
        "save_refund",
        "preview_refund",
        "undo_visit",
        "save_undo",
        "statement",
        "pay_visit",
        "arrive",
        "cancel",
        "mark_no_show",
        "confirm",
    ),
    "admin.approvals": ("decide_points",),
    "admin.earning_rules": (
        "new_earning_rule",
        "create_earning_rule",
        "earning_rule",
        "edit_earning_rule",
        "save_earning_rule",
        "activate_earning_rule",
        "retire_earning_rule",
    ),
    "admin.liability": ("liability_month", "liability_csv"),
    "admin.tiers": (
        "preview_tiers",
        "save_tiers",
        "new_benefit",
        "create_benefit",
        "benefit",
        "save_benefit",
        "move_benefit",
        "retire_benefit",
    ),
    "admin.referrals": ("referral", "decide_flagged"),
    "admin.leaderboards": ("leaderboard", "decide_nickname", "publish", "redraft"),
    "admin.fulfilment": (
        "check_code",
        "approve_redemption",
        "hand_over",
        "undo_hand_over",
        "cancel_redemption",
    ),
    "admin.vouchers": ("new_voucher", "issue_voucher", "voucher", "cancel_voucher"),
    "admin.certificates": (
        "new_certificate",
        "sell_certificate",
        "certificate",
        "give_certificate",
        "refund_certificate",
        "certificate_card",
        "certificate_image",
    ),
    "admin.packages": ("new_package", "open_package", "package", "cancel_package"),
    "admin.rewards": (
        "new_reward",
        "create_reward",
        "reward",
        "save_reward",
        "retire_reward",
        "restore_reward",
    ),
    "admin.promo_codes": ("new_promo_code", "create_promo_code", "promo_code", "cancel_promo_code"),
    "admin.messages": ("settle_message",),
    "admin.imports": (
        "upload_import",
        "import_preview",
        "import_run",
        "import_batch",
        "import_stop",
        "import_rejects",
    ),
    "admin.settings": ("edit_setting", "preview_setting", "save_setting"),
    "admin.staff": ("new_staff", "staff_link", "disable_account", "enable_account", "reset_second_factor"),
}
#: Every page's entry of the menu.
SECTION = {f"admin.{name}": entry for entry, names in _BELOW.items() for name in names}

ENTRIES = {entry[0] for _label, entries in _GROUPS for entry in entries}


class Navigation:
    """The menu, worked out when a page first asks for it: fragments have none and cost no statement."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._groups: list[tuple[Any, list[Link]]] | None = None

    def __iter__(self) -> Iterator[tuple[Any, list[Link]]]:
        if self._groups is None:
            counts = _counts(present_waiting(), self._role)
            self._groups = [
                (label, links)
                for label, entries in _GROUPS
                if (
                    links := [
                        (endpoint, glyph, name, counts.get(endpoint, 0))
                        for endpoint, glyph, name, permission in entries
                        if may(self._role, permission)
                    ]
                )
            ]
        return iter(self._groups)


def present_waiting() -> Waiting:
    """What waits for the staff now, asked once a request; a source is missing of who joined since the last
    month began (F18)."""
    if "waiting" not in g:
        now, calendar = clock.now(), current_staff().programme.calendar
        start = calendar.month_bounds(calendar.month_of(now).plus(-1))[0]
        g.waiting = waiting(db.session(), joined_since=start, today=calendar.day_of(now), now=now)
    found: Waiting = g.waiting
    return found


def _counts(found: Waiting, role: str) -> dict[str, int]:
    return {
        "admin.requests": found.requests,
        "admin.referrals": found.flagged if may(role, _P.DECIDE_REFERRALS) else 0,
        "admin.approvals": found.manual_points,
        "admin.fulfilment": found.rewards_to_hand_over
        + (found.rewards_to_approve if may(role, _P.APPROVE_REWARDS) else 0),
        "admin.leaderboards": found.nicknames + (found.draft_month is not None),
        "admin.messages": found.uncertain + found.failed,
    }


@blueprint.context_processor
def menu() -> dict[str, Any]:
    """What the layout of the staff's pages needs beside the page's own content."""
    staff = current_staff_or_none()
    if staff is None:
        return {}
    endpoint = request.endpoint or ""
    return {
        "admin_nav": Navigation(staff.role),
        "nav_current": SECTION.get(endpoint, endpoint),
        "search_url": url_for("admin.patients"),
        "register_visit_url": url_for("admin.register_visit") if staff.may(_P.REGISTER_VISITS) else None,
        "scan_url": url_for("admin.fulfilment", scan=1) if staff.may(_P.HAND_OVER_REWARDS) else None,
        "logout_url": url_for("admin.logout"),
    }
