"""One after the other: for what has no row yet that could be locked."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def take_turn(session: Session, subject: str) -> None:
    """Wait until nobody else acts on ``subject``, and keep it until the transaction ends.

    SQLite's one writer does that by itself.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(subject))))
