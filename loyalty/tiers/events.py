"""What happened on the ladder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TierReached:
    """A patient climbed to ``tier``; several levels at once give one event, for the highest (M5)."""

    patient_id: int
    tier: str
    quiet: bool = False
