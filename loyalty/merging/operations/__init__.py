"""Writes of the merging capability."""

from loyalty.merging.operations.merge import merge_patients

__all__ = ["merge_patients"]
