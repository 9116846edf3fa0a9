"""Queueing a message in the transaction of its cause: the row is the outbox (C2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from loyalty.kernel.database import table_of
from loyalty.messaging.models import Message
from loyalty.messaging.rules import CARE, LOGIN_CODE, QUEUED, SECURITY, key_of

_MESSAGES = table_of(Message)
# Built once: registering a visit queues several messages, and building statements is what costs there.
_INSERT = {
    "sqlite": sqlite.insert(_MESSAGES)
    .on_conflict_do_nothing(index_elements=["key"])
    .returning(_MESSAGES.c.id),
    "postgresql": postgresql.insert(_MESSAGES)
    .on_conflict_do_nothing(index_elements=["key"])
    .returning(_MESSAGES.c.id),
}

#: The place in ``session.info`` where ids of new messages wait for the enqueueing after the commit.
TO_SEND = "to_send"


def queue_message(
    session: Session,
    *,
    patient_id: int,
    step: str,
    anchor: object,
    values: dict[str, Any],
    now: datetime,
    purpose: str = CARE,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    version: int = 1,
) -> int | None:
    """Queue a message in the transaction of its cause; None when that step was queued before (C2).

    ``anchor`` names the cause ("visit:7"); a higher ``version`` of it is another message (C3). ``values`` are
    JSON values for the placeholders. Whether it may be sent at all is decided at sending (C6).
    """
    row = _row(patient_id, step, anchor, values, now, purpose, due_at, expires_at, version)
    return _insert(session, row)


def queue_many(session: Session, rows: Sequence[dict[str, Any]], *, now: datetime) -> list[int]:
    """Queue several messages with one statement; each row holds the keywords of :func:`queue_message`.

    Returns the ids of those that were new.
    """
    if not rows:
        return []
    prepared = [
        _row(
            row["patient_id"],
            row["step"],
            row["anchor"],
            row["values"],
            now,
            row.get("purpose", CARE),
            row.get("due_at"),
            row.get("expires_at"),
            row.get("version", 1),
        )
        for row in rows
    ]
    connection = session.connection()
    ids = list(connection.execute(_INSERT[connection.dialect.name], prepared).scalars())
    session.info.setdefault(TO_SEND, []).extend(ids)
    return ids


def queue_login_code(
    session: Session, *, login_code_id: int, phone: str, language: str, now: datetime, expires_at: datetime
) -> int | None:
    """Queue the message that carries a one-time code; the code itself is worked out only at sending."""
    row = _row(
        None, LOGIN_CODE, login_code_id, {"login_code_id": login_code_id}, now, SECURITY, None, expires_at, 1
    )
    return _insert(session, {**row, "channel": "sms", "recipient": phone, "language": language})


def _row(
    patient_id: int | None,
    step: str,
    anchor: object,
    values: dict[str, Any],
    now: datetime,
    purpose: str,
    due_at: datetime | None,
    expires_at: datetime | None,
    version: int,
) -> dict[str, Any]:
    return {
        "key": key_of(patient_id, step, anchor, version),
        "patient_id": patient_id,
        "step": step,
        "purpose": purpose,
        "channel": None,
        "recipient": None,
        "language": None,
        "values": values,
        "state": QUEUED,
        "due_at": due_at or now,
        "expires_at": expires_at,
        "attempts": 0,
        "created_at": now,
    }


def _insert(session: Session, row: dict[str, Any]) -> int | None:
    connection = session.connection()
    message_id = connection.execute(_INSERT[connection.dialect.name], row).scalar_one_or_none()
    if message_id is not None:
        session.info.setdefault(TO_SEND, []).append(message_id)
    return message_id
