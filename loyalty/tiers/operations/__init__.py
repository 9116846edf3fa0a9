"""Writes of the tiers."""

from loyalty.tiers.operations.benefits import move_benefit, retire_benefit, save_benefit
from loyalty.tiers.operations.nightly import Reviewed, review_all
from loyalty.tiers.operations.pinning import pin_tier, unpin_tier
from loyalty.tiers.operations.reviewing import review_tier
from loyalty.tiers.operations.thresholds import AT_ONCE, change_thresholds

__all__ = [
    "AT_ONCE",
    "Reviewed",
    "change_thresholds",
    "move_benefit",
    "pin_tier",
    "retire_benefit",
    "review_all",
    "review_tier",
    "save_benefit",
    "unpin_tier",
]
