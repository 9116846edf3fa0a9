"""Writes of the points capability."""

from loyalty.points.operations.earning import earn_for_visit, take_back_for_refund
from loyalty.points.operations.expiry import expire_lots
from loyalty.points.operations.ledger import credit, redeem, reverse_credit

__all__ = ["credit", "earn_for_visit", "expire_lots", "redeem", "reverse_credit", "take_back_for_refund"]
