"""Reads of the tiers."""

from loyalty.tiers.queries.counts import counted, standings
from loyalty.tiers.queries.effects import Effect, preview_thresholds
from loyalty.tiers.queries.history import benefit, benefits, history, perks
from loyalty.tiers.queries.reviews import reached_in, standing_of, to_review
from loyalty.tiers.queries.today import reached_by, tier_today

__all__ = [
    "Effect",
    "benefit",
    "benefits",
    "counted",
    "history",
    "perks",
    "preview_thresholds",
    "reached_by",
    "reached_in",
    "standing_of",
    "standings",
    "tier_today",
    "to_review",
]
