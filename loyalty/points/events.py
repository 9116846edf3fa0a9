"""What happened to a patient's points."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PointsChanged:
    """``points`` came or went for the cause ``kind``; ``entry_key`` is the ledger entry's own key."""

    patient_id: int
    entry_key: str
    points: int
    kind: str
    quiet: bool = False
