"""Counting tries in the database: limits hold while Redis is away, and in all processes together."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from loyalty.access.models import Attempt
from loyalty.access.queries import attempt_times
from loyalty.access.rules.limits import LIMITS, wait_for
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.refusal import Refusal
from loyalty.kernel.turns import take_turn

_INSERT = insert(table_of(Attempt))


def take(session: Session, scope: str, subject: str, *, now: datetime) -> None:
    """Count one try of ``scope``; refuses with "too_many_tries" and the seconds to wait, counting nothing."""
    limits = LIMITS[scope]
    in_turn(session, scope, subject)
    longest = max(limit.period for limit in limits)
    most = max(limit.count for limit in limits)
    times = attempt_times(session, scope, subject, after=now - longest, limit=most)
    refuse_early(wait_for(times, limits, now))
    count(session, scope, subject, now=now)


def refuse_early(wait: timedelta) -> None:
    """Refuse while there is something left to wait."""
    if wait > timedelta(0):
        raise Refusal("too_many_tries", seconds=max(1, round(wait.total_seconds())))


def count(session: Session, scope: str, subject: str, *, now: datetime) -> None:
    connection_of(session).execute(_INSERT, {"scope": scope, "subject": subject, "at": now})


def forget(session: Session, scopes: Sequence[str], subject: str) -> None:
    """Forget the tries of a subject that has shown who it is."""
    session.execute(delete(Attempt).where(Attempt.scope.in_(scopes), Attempt.subject == subject))


def in_turn(session: Session, scope: str, subject: str) -> None:
    """Let tries of one subject be counted one after the other."""
    take_turn(session, f"{scope}:{subject}")
