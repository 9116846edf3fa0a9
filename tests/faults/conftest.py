import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from loyalty.messaging.models import Delivery, Message
from loyalty.patients.models import Patient
from tests.support.cast import NOON, open_clinic, person
from tests.support.posting import queue
from tests.support.processes import House, house


@pytest.fixture
def processes(database_url: str, redis_url: str) -> Iterator[House]:
    """Workers and beats on the test's own database and Valkey."""
    with house(database_url, redis_url) as opened:
        yield opened


@pytest.fixture
def an(session: Session) -> Patient:
    """An, whose phone takes every message, in an open clinic."""
    open_clinic(session)
    return person(session, "An", phone="+84900000101", email="an@example.org")


class Books:
    """The two books that must agree: what the programme recorded, and what the phones received."""

    def __init__(self, session: Session, an: Patient) -> None:
        self._session, self._an = session, an
        self._anchors = itertools.count()

    def post(self, count: int) -> list[int]:
        """So many queued messages to An."""
        ids = [queue(self._session, self._an, next(self._anchors)) for _ in range(count)]
        self._session.rollback()
        return ids

    def states(self) -> dict[str, int]:
        """How many messages stand in which state."""
        rows = self._session.execute(select(Message.state, func.count()).group_by(Message.state)).all()
        self._session.rollback()
        return {row[0]: row[1] for row in rows}

    def arrived(self) -> dict[str, int]:
        """How often each message arrived, by its key."""
        query = select(Delivery.message_key, func.count()).where(Delivery.outcome == "accepted")
        rows = self._session.execute(query.group_by(Delivery.message_key)).all()
        self._session.rollback()
        return {row[0]: row[1] for row in rows}

    def let_claims_run_out(self) -> None:
        """As if the lease's time had passed."""
        self._session.execute(update(Message).where(Message.state == "claimed").values(claimed_at=NOON))
        self._session.commit()


@pytest.fixture
def books(session: Session, an: Patient) -> Books:
    return Books(session, an)
