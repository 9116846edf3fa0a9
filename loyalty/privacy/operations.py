"""Forgetting what is no longer needed, in batches: codes, tries, sessions, the words of messages."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, String, delete, select, update
from sqlalchemy import cast as cast_sql
from sqlalchemy.orm import Session

from loyalty.access.models import ApiRequest, Attempt, LoginCode, LoginSession
from loyalty.kernel.database import Base, table_of
from loyalty.messaging.models import Delivery, Message
from loyalty.messaging.rules import CLAIMED, QUEUED, UNCERTAIN

CODES_KEPT = timedelta(days=1)
TRIES_KEPT = timedelta(days=1)
ANSWERS_KEPT = timedelta(days=90)
SESSIONS_KEPT = timedelta(days=90)
WORDS_KEPT = timedelta(days=90)


def forget_old(session: Session, *, now: datetime, limit: int) -> dict[str, int]:
    """Delete at most ``limit`` rows of each kind that are past their time; how many of each went.

    Messages keep their row (who, which step, when, what became of it) and lose words, values and address.
    """
    ended = LoginSession.expires_at < now - SESSIONS_KEPT
    revoked = LoginSession.revoked_at < now - SESSIONS_KEPT
    return {
        "codes": _delete(session, LoginCode, LoginCode.expires_at < now - CODES_KEPT, limit),
        "tries": _delete(session, Attempt, Attempt.at < now - TRIES_KEPT, limit),
        "sessions": _delete(session, LoginSession, ended | revoked, limit),
        "answers": _delete(session, ApiRequest, ApiRequest.at < now - ANSWERS_KEPT, limit),
        "deliveries": _delete(session, Delivery, Delivery.at < now - WORDS_KEPT, limit),
        "texts": _forget_words(session, now, limit),
    }


def _delete(session: Session, model: type[Base], old: ColumnElement[bool], limit: int) -> int:
    table = table_of(model)
    chosen = select(table.c.id).where(old).order_by(table.c.id).limit(limit)
    gone = session.execute(delete(table).where(table.c.id.in_(chosen)))
    return cast(CursorResult[Any], gone).rowcount


def _forget_words(session: Session, now: datetime, limit: int) -> int:
    table = table_of(Message)
    old = (
        select(table.c.id)
        .where(
            table.c.state.not_in((QUEUED, CLAIMED, UNCERTAIN)),
            table.c.created_at < now - WORDS_KEPT,
            table.c.text.is_not(None) | (cast_sql(table.c["values"], String) != "{}"),
        )
        .order_by(table.c.id)
        .limit(limit)
    )
    changed = session.execute(
        update(table).where(table.c.id.in_(old)).values(text=None, values={}, recipient=None)
    )
    return cast(CursorResult[Any], changed).rowcount
