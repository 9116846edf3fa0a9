"""Writes of the settlement capability.

Every act on a visit holds the patient's summary first, then the visit, then what belongs to rewards: so two
of them never wait for each other in a circle.
"""

from loyalty.settlement.operations.paying import pay_visit
from loyalty.settlement.operations.registering import register_visit
from loyalty.settlement.operations.reserving import release_offers, reserve_offers
from loyalty.settlement.operations.returning import give_back
from loyalty.settlement.operations.undoing import undo_completion

__all__ = [
    "give_back",
    "pay_visit",
    "register_visit",
    "release_offers",
    "reserve_offers",
    "undo_completion",
]
