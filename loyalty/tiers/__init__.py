"""Tiers: the ladder that visits or friends helped climb, progress on both paths, and its history."""
