"""How many points, until when, and out of which lots: decisions on plain values."""

from loyalty.points.rules.amounts import (
    Rate,
    cap_percent,
    check_amount,
    eligible_minor,
    eligible_of,
    take_back,
    visit_key,
)
from loyalty.points.rules.life import last_day, last_day_after_months
from loyalty.points.rules.lots import OpenLot, Use, order_of_use, plan_debit, plan_restore

__all__ = [
    "OpenLot",
    "Rate",
    "Use",
    "cap_percent",
    "check_amount",
    "eligible_minor",
    "eligible_of",
    "last_day",
    "last_day_after_months",
    "order_of_use",
    "plan_debit",
    "plan_restore",
    "take_back",
    "visit_key",
]
