"""Keeping a session alive while it is used, without a write on every page.

A page view extends the session at most every five minutes (staff) or twelve hours (patients), in a small
transaction of its own after the answer is ready; see docs/decisions/sessions.md.
"""

import structlog
from flask import Flask, Response, g
from sqlalchemy.exc import OperationalError

from loyalty.access.operations import touch_session
from loyalty.access.rules.sessions import LIVES
from loyalty.kernel import clock
from web.identity import Reader
from web.transactions import own_transaction

log = structlog.get_logger(__name__)


def init_sessions(app: Flask) -> None:
    app.after_request(extend)


def extend(response: Response) -> Response:
    """Note that the reader is still there, when the last note is old enough."""
    found = g.get("_login_user")
    if not isinstance(found, Reader):
        return response
    person, now = found.person, clock.now()
    if now - person.seen_at < LIVES[person.kind].notice:
        return response
    try:
        with own_transaction() as session:
            touch_session(session, kind=person.kind, session_id=person.session_id, now=now)
    except OperationalError as error:
        log.warning("session not extended", fault=str(error.orig))
    return response
