"""Reads of the settlement capability."""

from loyalty.settlement.queries.offers import Chosen, offers_on_bill
from loyalty.settlement.queries.payers import Payer, payer
from loyalty.settlement.queries.quoting import Quote, quote
from loyalty.settlement.queries.reserved import NONE_RESERVED, Reserved, reserved
from loyalty.settlement.queries.statements import Statement, StatementLine, points_earned, statement
from loyalty.settlement.queries.used import Used, UsedOffer, used_on_visit

__all__ = [
    "NONE_RESERVED",
    "Chosen",
    "Payer",
    "Quote",
    "Reserved",
    "Statement",
    "StatementLine",
    "Used",
    "UsedOffer",
    "offers_on_bill",
    "payer",
    "points_earned",
    "quote",
    "reserved",
    "statement",
    "used_on_visit",
]
