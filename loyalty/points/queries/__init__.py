"""Reads of the points capability."""

from loyalty.points.queries.balances import available, next_expiry, open_lots, rate_of, uses_of
from loyalty.points.queries.due import Ending, due_for_balance_notice, due_for_expiry_warning
from loyalty.points.queries.earning_rules import active_rules, earning_rule, earning_rules
from loyalty.points.queries.ledger import (
    LedgerLine,
    entries,
    entries_of_visit,
    ledger_lines,
    times_reversed,
)
from loyalty.points.queries.simulation import Example, Simulation, simulate
from loyalty.points.queries.weighing import ToCome, points_to_earn, weigh_visit

__all__ = [
    "Ending",
    "Example",
    "LedgerLine",
    "Simulation",
    "ToCome",
    "active_rules",
    "available",
    "due_for_balance_notice",
    "due_for_expiry_warning",
    "earning_rule",
    "earning_rules",
    "entries",
    "entries_of_visit",
    "ledger_lines",
    "next_expiry",
    "open_lots",
    "points_to_earn",
    "rate_of",
    "simulate",
    "times_reversed",
    "uses_of",
    "weigh_visit",
]
