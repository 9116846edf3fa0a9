"""Writes of the points capability."""

from loyalty.points.operations.birthdays import give_birthday_bonus
from loyalty.points.operations.earning import earn_for_visit
from loyalty.points.operations.earning_rules import (
    activate_earning_rule,
    retire_earning_rule,
    save_earning_rule,
)
from loyalty.points.operations.expiry import expire_lots
from loyalty.points.operations.holds import hold, release_hold
from loyalty.points.operations.ledger import credit, redeem
from loyalty.points.operations.manual import DEFAULT_LIFE, adjust_points, decide_manual_entry
from loyalty.points.operations.reversals import restore_redemption, reverse_credit
from loyalty.points.operations.taking_back import take_back_for_refund, take_back_visit

__all__ = [
    "DEFAULT_LIFE",
    "activate_earning_rule",
    "adjust_points",
    "credit",
    "decide_manual_entry",
    "earn_for_visit",
    "expire_lots",
    "give_birthday_bonus",
    "hold",
    "redeem",
    "release_hold",
    "restore_redemption",
    "retire_earning_rule",
    "reverse_credit",
    "save_earning_rule",
    "take_back_for_refund",
    "take_back_visit",
]
