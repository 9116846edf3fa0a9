"""Queueing a message in the transaction of its cause: the row is the outbox (C2)."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.kernel.database import table_of
from loyalty.kernel.once import InsertOnce
from loyalty.messaging.models import Message
from loyalty.messaging.rules import CARE, LOGIN_CODE, QUEUED, SECURITY, key_of

_MESSAGES = table_of(Message)
_insert_once = InsertOnce(_MESSAGES, key=(_MESSAGES.c.key,), returning=_MESSAGES.c.id)

#: The place in ``session.info`` where ids of new messages that are due wait for the commit, to be enqueued.
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
    return _insert(session, row, now)


def queue_login_code(
    session: Session, *, login_code_id: int, phone: str, language: str, now: datetime, expires_at: datetime
) -> int | None:
    """Queue the message that carries a one-time code; the code itself is worked out only at sending."""
    row = _row(
        None, LOGIN_CODE, login_code_id, {"login_code_id": login_code_id}, now, SECURITY, None, expires_at, 1
    )
    return _insert(session, {**row, "channel": "sms", "recipient": phone, "language": language}, now)


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


def _insert(session: Session, row: dict[str, Any], now: datetime) -> int | None:
    message_id: int | None = _insert_once(session, row)
    if message_id is not None and row["due_at"] <= now:
        session.info.setdefault(TO_SEND, []).append(message_id)
    return message_id
