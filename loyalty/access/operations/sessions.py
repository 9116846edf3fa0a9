"""Sessions of logged-in browsers: rows that can be listed and ended from here."""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from loyalty.access.models import LoginSession
from loyalty.access.rules.sessions import LIVES, PATIENT
from loyalty.kernel.codes import digest, new_token
from loyalty.kernel.database import connection_of, table_of

LONGEST_DEVICE = 120


def start_session(session: Session, *, kind: str, person_id: int, device: str, now: datetime) -> str:
    """Log a patient or staff member in; gives the token for her browser, of which only the digest is kept."""
    token = new_token()
    row = {
        "token_digest": digest(token),
        "patient_id": person_id if kind == PATIENT else None,
        "staff_id": None if kind == PATIENT else person_id,
        "device": "".join(sign for sign in device if sign.isprintable())[:LONGEST_DEVICE],
        "created_at": now,
        "seen_at": now,
        "expires_at": now + LIVES[kind].longest,
    }
    connection_of(session).execute(insert(table_of(LoginSession)), row)
    return token


def touch_session(session: Session, *, kind: str, session_id: int, now: datetime) -> bool:
    """Note that a session is still in use; at most once in the ``notice`` of its kind."""
    touched = session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.seen_at < now - LIVES[kind].notice)
        .values(seen_at=now)
        .returning(LoginSession.id)
    ).one_or_none()
    return touched is not None


def end_session(session: Session, *, session_id: int, now: datetime) -> None:
    """Log one browser out; it stays out even with a kept cookie."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def end_sessions_of(session: Session, *, kind: str, person_id: int, now: datetime) -> None:
    """Log a person out everywhere: a new password, a disabled account, a lost phone."""
    owner = LoginSession.patient_id if kind == PATIENT else LoginSession.staff_id
    session.execute(
        update(LoginSession)
        .where(owner == person_id, LoginSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )
