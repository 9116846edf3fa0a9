"""Writes of the referrals capability."""

from loyalty.referrals.operations.attribution import attribute, change_referrer
from loyalty.referrals.operations.codes import add_clicks, give_code, show_name
from loyalty.referrals.operations.packs import free_pack, use_pack
from loyalty.referrals.operations.stages import (
    count_friends,
    decide_flagged,
    expire_referrals,
    review_referral,
)

__all__ = [
    "add_clicks",
    "attribute",
    "change_referrer",
    "count_friends",
    "decide_flagged",
    "expire_referrals",
    "free_pack",
    "give_code",
    "review_referral",
    "show_name",
    "use_pack",
]
