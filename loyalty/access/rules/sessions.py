"""How long a logged-in browser stays logged in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

PATIENT = "patient"
STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Life:
    """``idle`` without a request ends a session, ``longest`` ends it anyway; ``notice`` is how exactly
    ``seen_at`` is kept, so that most page views write nothing."""

    idle: timedelta
    longest: timedelta
    notice: timedelta


LIVES: Mapping[str, Life] = {
    PATIENT: Life(timedelta(days=30), timedelta(days=90), timedelta(hours=12)),
    STAFF: Life(timedelta(minutes=30), timedelta(hours=12), timedelta(minutes=5)),
}
