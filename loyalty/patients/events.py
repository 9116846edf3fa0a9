"""What happened to a patient record."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PatientRegistered:
    """``quiet`` is true for imported history, which sends no message."""

    patient_id: int
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class ConsentChanged:
    patient_id: int
    purpose: str
    channel: str
    granted: bool
