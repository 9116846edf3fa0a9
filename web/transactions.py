"""Where a page's work becomes lasting: reactions settled, committed once, then its messages enqueued.

GET never commits. What must outlast a refusal (counted tries, audit entries of a refusal) is written in a
transaction of its own, before the request's own work or in its place.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, current_app
from flask import session as cookie
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from loyalty.kernel import clock
from loyalty.kernel.database import reading_only
from loyalty.kernel.events import settle
from web.enqueue import after_commit
from web.extensions import db

Arguments = ParamSpec("Arguments")
TO_SEND = "to_send"
FIRST_ERROR_STATUS = 400
DEADLOCK = "40P01"


def commits(view: Callable[Arguments, Any]) -> Callable[Arguments, Response]:
    """Run a POST view as one transaction: an answer below 400 is settled and committed, all else undone.

    When somebody else has just done the same, or two waited for each other, the view runs once more: what is
    there by then gives the answer. So two clicks at once do nothing twice and neither ends in an error.
    """

    @wraps(view)
    def once_more(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
        kept = deepcopy(dict(cookie))
        try:
            return in_transaction(*args, **kwargs)
        except DBAPIError as clash:
            if not _is_clash(clash):
                raise
        cookie.clear()
        cookie.update(kept)
        return in_transaction(*args, **kwargs)

    def in_transaction(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
        session = db.session()
        try:
            response = current_app.make_response(view(*args, **kwargs))
        except BaseException:
            undo(session)
            raise
        if response.status_code >= FIRST_ERROR_STATUS:
            undo(session)
        else:
            commit(session)
        return response

    once_more.commits = True  # type: ignore[attr-defined]
    return once_more


def _is_clash(error: DBAPIError) -> bool:
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) == DEADLOCK


def commits_in_steps(view: Callable[Arguments, Any]) -> Callable[Arguments, Any]:
    """Mark a POST view that commits by itself, in ``transaction()`` blocks: the ways in.

    A counted try must stay counted when the try fails, and no database lock may be held while a password
    is hashed.
    """
    view.commits = True  # type: ignore[attr-defined]
    return view


@contextmanager
def transaction() -> Iterator[Session]:
    """One step of a view marked with :func:`commits_in_steps`: settled and committed when the block ends."""
    session = db.session()
    try:
        yield session
    except BaseException:
        undo(session)
        raise
    commit(session)


@contextmanager
def own_transaction() -> Iterator[Session]:
    """A short transaction beside the request's: what is written in it stays whatever becomes of the request.

    A POST's own transaction is given up first: SQLite has one writer, which would wait for itself.
    """
    if not reading_only.get():
        undo(db.session())
    token = reading_only.set(False)
    try:
        with Session(db.engine) as session, session.begin():
            yield session
    finally:
        reading_only.reset(token)


def commit(session: Session) -> None:
    """Settle, commit and only then hand the new messages to the queue."""
    settle(session, _reactions(), clock.now())
    message_ids = session.info.pop(TO_SEND, [])
    session.commit()
    after_commit(message_ids)


def undo(session: Session) -> None:
    """Forget everything since the last commit."""
    session.info.pop(TO_SEND, None)
    session.rollback()


def _reactions() -> Any:
    from loyalty.reactions.table import REACTIONS  # the whole domain, which reading pages do not need

    return REACTIONS


@event.listens_for(Session, "before_commit")
def _refuse_to_commit_reading(session: Session) -> None:
    if reading_only.get():
        raise RuntimeError("GET never commits")
