"""Writes of the imports capability."""

from loyalty.imports.operations.batches import (
    beat,
    claim_batch,
    describe_batch,
    fail_batch,
    finish_batch,
    forget_old,
    hand_in,
    release_batch,
    save_progress,
    start_batch,
    stop_batch,
)
from loyalty.imports.operations.notices import tell_patients
from loyalty.imports.operations.people_sources import find_senders
from loyalty.imports.operations.rehearsing import Rehearsal, rehearse
from loyalty.imports.operations.taking import Rejected, Taken, Taker

__all__ = [
    "Rehearsal",
    "Rejected",
    "Taken",
    "Taker",
    "beat",
    "claim_batch",
    "describe_batch",
    "fail_batch",
    "find_senders",
    "finish_batch",
    "forget_old",
    "hand_in",
    "rehearse",
    "release_batch",
    "save_progress",
    "start_batch",
    "stop_batch",
    "tell_patients",
]
