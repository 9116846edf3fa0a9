"""Carrying an act through to its commit, as a request or a job would."""

from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.kernel.clock import now as clock_now
from loyalty.kernel.events import settle
from loyalty.reactions.table import REACTIONS


def commit(session: Session, now: datetime | None = None) -> None:
    """Settle what the operations noted and commit it."""
    settle(session, REACTIONS, now or clock_now())
    session.commit()
