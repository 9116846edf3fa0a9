"""What happened on the ladder."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TierReached:
    """A patient climbed from ``from_tier`` to ``tier``; several levels at once give one event (M5)."""

    patient_id: int
    tier: str
    quiet: bool = False
    from_tier: str | None = None


@dataclass(frozen=True, slots=True)
class TierFallAnnounced:
    """Unless more comes to count, a patient falls to ``to_tier`` on the local day ``falls_on`` (M6)."""

    patient_id: int
    from_tier: str
    to_tier: str | None
    falls_on: date
    quiet: bool = False
