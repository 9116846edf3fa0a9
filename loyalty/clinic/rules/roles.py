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
    ADJUST_POINTS = "adjust_points"
    APPROVE_POINTS = "approve_points"
    HAND_OVER_REWARDS = "hand_over_rewards"
    APPROVE_REWARDS = "approve_rewards"
    ISSUE_OFFERS = "issue_offers"
    EDIT_CATALOGUE = "edit_catalogue"
    EDIT_EARNING_RULES = "edit_earning_rules"
    EDIT_TIERS = "edit_tiers"
    PIN_TIERS = "pin_tiers"
    MERGE_PATIENTS = "merge_patients"
    SEE_REPORTS = "see_reports"
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
        _P.ADJUST_POINTS,
        _P.HAND_OVER_REWARDS,
        _P.ISSUE_OFFERS,
    }
)
_MANAGER = _DESK | {
    _P.APPROVE_POINTS,
    _P.APPROVE_REWARDS,
    _P.EDIT_CATALOGUE,
    _P.EDIT_EARNING_RULES,
    _P.EDIT_TIERS,
    _P.PIN_TIERS,
    _P.MERGE_PATIENTS,
    _P.SEE_REPORTS,
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
        {
            _P.SEE_TODAY,
            _P.SEE_REFERRALS,
            _P.SEE_LEADERBOARD,
            _P.REVIEW_NICKNAMES,
            _P.SEE_MESSAGES,
            _P.EDIT_CATALOGUE,
        }
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
