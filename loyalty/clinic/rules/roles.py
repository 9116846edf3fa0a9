"""Who may do what: roles of the staff and the permissions they hold (A1)."""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    SEE_TODAY = "see_today"
    SEE_PATIENTS = "see_patients"
    EDIT_PATIENTS = "edit_patients"
    SEE_PHONES = "see_phones"
    REGISTER_VISITS = "register_visits"
    REFUND_VISITS = "refund_visits"
    SEE_REFERRALS = "see_referrals"
    ATTRIBUTE_REFERRALS = "attribute_referrals"
    DECIDE_REFERRALS = "decide_referrals"
    SEE_LEADERBOARD = "see_leaderboard"
    REVIEW_NICKNAMES = "review_nicknames"
    PUBLISH_LEADERBOARD = "publish_leaderboard"
    SEE_MESSAGES = "see_messages"
    IMPORT_FILES = "import_files"
    SEE_HEALTH = "see_health"
    SEE_AUDIT = "see_audit"
    CHANGE_SETTINGS = "change_settings"
    MANAGE_STAFF = "manage_staff"


_P = Permission
_DESK = frozenset(
    {
        _P.SEE_TODAY,
        _P.SEE_PATIENTS,
        _P.EDIT_PATIENTS,
        _P.SEE_PHONES,
        _P.REGISTER_VISITS,
        _P.SEE_REFERRALS,
        _P.ATTRIBUTE_REFERRALS,
    }
)
_MANAGER = _DESK | {
    _P.REFUND_VISITS,
    _P.DECIDE_REFERRALS,
    _P.SEE_LEADERBOARD,
    _P.REVIEW_NICKNAMES,
    _P.PUBLISH_LEADERBOARD,
    _P.SEE_MESSAGES,
    _P.IMPORT_FILES,
    _P.SEE_HEALTH,
    _P.SEE_AUDIT,
    _P.CHANGE_SETTINGS,
}

GRANTS: Mapping[str, frozenset[Permission]] = {
    "reception": _DESK,
    "care": frozenset({_P.SEE_TODAY, _P.SEE_PATIENTS, _P.SEE_PHONES, _P.SEE_MESSAGES}),
    "marketing": frozenset(
        {_P.SEE_TODAY, _P.SEE_REFERRALS, _P.SEE_LEADERBOARD, _P.REVIEW_NICKNAMES, _P.SEE_MESSAGES}
    ),
    "manager": _MANAGER,
    "administrator": frozenset(
        {_P.SEE_TODAY, _P.SEE_HEALTH, _P.SEE_AUDIT, _P.IMPORT_FILES, _P.CHANGE_SETTINGS, _P.MANAGE_STAFF}
    ),
}
ROLES = tuple(GRANTS)


def may(role: str, permission: Permission) -> bool:
    """Whether a role holds a permission; an unknown role holds none."""
    return permission in GRANTS.get(role, frozenset())
