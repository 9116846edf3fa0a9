"""The ground a job stands on: the application, one transaction, its reactions, then the enqueueing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache

import structlog
from flask import Flask, current_app, has_app_context
from sqlalchemy.orm import Session

from jobs.failpoints import reach
from loyalty.kernel import clock
from loyalty.kernel.database import reading_only
from loyalty.kernel.events import settle
from loyalty.messaging.operations import TO_SEND
from loyalty.reactions.table import REACTIONS
from web.app import create_app
from web.enqueue import after_commit
from web.extensions import db

log = structlog.get_logger(__name__)


@lru_cache(maxsize=1)
def process_application() -> Flask:
    """The application of this worker or beat, made once; commands and tests bring their own."""
    return create_app()


@contextmanager
def application() -> Iterator[Flask]:
    """The application around the caller, or the process's own."""
    if has_app_context():
        yield current_app._get_current_object()  # type: ignore[attr-defined]
        return
    app = process_application()
    with app.app_context():
        yield app


@contextmanager
def job_context(*, now: datetime | None = None, **ids: object) -> Iterator[Session]:
    """One transaction of a job: settled and committed when the block ends, then its messages are enqueued.

    ``ids`` name what the job is about in the log when it fails; ``now`` is the moment reactions are given.
    The session is the application's own, so that whatever words need to know is read in the same transaction.
    """
    with application():
        try:
            session = db.session()
            yield session
            settle(session, REACTIONS, now or clock.now())
            message_ids = session.info.pop(TO_SEND, [])
            session.commit()
        except Exception as error:
            log.warning("job undone", fault=type(error).__name__, **ids)
            raise
        finally:
            db.session.remove()
        reach("before_enqueue")
        after_commit(message_ids)
        log.debug("job committed", messages=len(message_ids), **ids)


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only looks: on SQLite it takes no write lock, and nothing is committed."""
    with application():
        db.session.remove()
        token = reading_only.set(True)
        try:
            yield db.session()
        finally:
            db.session.remove()
            reading_only.reset(token)
