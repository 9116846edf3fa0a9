"""Amounts, numbers and days that no clinic would mean."""

from datetime import date
from enum import Enum
from typing import Final

from loyalty.kernel.money import LARGEST_MINOR
from loyalty.kernel.refusal import Refusal

MOST_SESSIONS = 100


class Life(Enum):
    """How long something lives when nobody says so."""

    DEFAULT = "default"


#: The life that the clinic's settings give, where None means for ever.
DEFAULT_LIFE: Final = Life.DEFAULT


def check_money(amount_minor: int) -> None:
    """Refuses ``amount_not_positive`` and ``amount_too_large``."""
    if amount_minor <= 0:
        raise Refusal("amount_not_positive")
    if amount_minor > LARGEST_MINOR:
        raise Refusal("amount_too_large")


def check_validity(valid_from: date | None, valid_to: date | None) -> None:
    """Refuses a validity that ends before it begins."""
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise Refusal("validity_reversed")


def check_limit(limit: int | None) -> None:
    """Refuses a limit below one; None is without end."""
    if limit is not None and not 1 <= limit <= 10**9:
        raise Refusal("limit_impossible")


def check_sessions(sessions: int) -> None:
    """Refuses packages of no session, or of more than anybody takes."""
    if not 1 <= sessions <= MOST_SESSIONS:
        raise Refusal("sessions_impossible", most=MOST_SESSIONS)


def has_begun(valid_from: date | None, today: date) -> bool:
    return valid_from is None or valid_from <= today


def has_ended(valid_to: date | None, today: date) -> bool:
    """Whether the last local day is over; the whole of that day still counts (TM3, TM4)."""
    return valid_to is not None and valid_to < today
