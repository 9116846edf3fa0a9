"""Decisions of the rewards capability on plain values."""
