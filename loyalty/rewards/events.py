"""What happened to a reward that a patient took."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RewardRedeemed:
    """A patient gave points for a reward."""

    patient_id: int
    redemption_id: int
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class RedemptionReady:
    """A gift is approved and waits at the desk for the patient."""

    patient_id: int
    redemption_id: int


@dataclass(frozen=True, slots=True)
class RedemptionEnded:
    """A redemption was undone; ``state`` is cancelled or expired, and the points are back."""

    patient_id: int
    redemption_id: int
    state: str
