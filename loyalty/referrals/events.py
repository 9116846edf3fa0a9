"""What happened to a referral."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReferralAdvanced:
    """A referral reached ``stage``; its halves are already in the ledger."""

    referral_id: int
    referrer_id: int
    friend_id: int
    stage: str
    quiet: bool = False
