"""Decisions of the tiers on plain values."""

from loyalty.tiers.rules.ladder import (
    LADDER_KEYS,
    TIERS,
    Progress,
    Rung,
    is_reached,
    is_rise,
    ladder,
    progress,
    rank,
    tier_for,
)
from loyalty.tiers.rules.standing import Reached, Standing, Step, decide, has_run_out, is_pinned
from loyalty.tiers.rules.windows import LIFETIME, WINDOWS, Looks, Period, looks, period

__all__ = [
    "LADDER_KEYS",
    "LIFETIME",
    "TIERS",
    "WINDOWS",
    "Looks",
    "Period",
    "Progress",
    "Reached",
    "Rung",
    "Standing",
    "Step",
    "decide",
    "has_run_out",
    "is_pinned",
    "is_reached",
    "is_rise",
    "ladder",
    "looks",
    "period",
    "progress",
    "rank",
    "tier_for",
]
