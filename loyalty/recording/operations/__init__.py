"""Writes of the recording capability."""

from loyalty.recording.operations.patients import record_patient
from loyalty.recording.operations.visits import record_visit

__all__ = ["record_patient", "record_visit"]
