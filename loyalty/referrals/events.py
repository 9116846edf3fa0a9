"""What happened to a referral."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReferralAdvanced:
    """A referral reached ``stage``; ``points`` is what its referrer got by this step."""

    referral_id: int
    referrer_id: int
    friend_id: int
    stage: str
    points: int = 0
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class HalfReached:
    """The referrer has earned the ``first`` or ``second`` half (F8); the ledger follows as a reaction.

    ``again`` after what it was given for had been undone and was then done for good.
    """

    referral_id: int
    referrer_id: int
    half: str
    points: int
    reached_at: datetime
    life_months: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class HalfReversed:
    """What the second half was given for has been undone (F11)."""

    referral_id: int
    referrer_id: int
    half: str
    points: int
