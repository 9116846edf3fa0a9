"""The state between password and second factor, kept in the browser's signed cookie for ten minutes."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import session
from sqlalchemy.orm import Session

from loyalty.clinic.models import Staff
from loyalty.kernel import clock
from loyalty.kernel.codes import digest

LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Half:
    """Who has given the right password and not yet the second factor; ``after`` is where she wanted to go."""

    staff: Staff
    after: str


def remember_half(database: Session, staff_id: int, after: str) -> None:
    """Keep that the password was right; nothing of the browser's life before it stays."""
    staff = database.get_one(Staff, staff_id)
    until = (clock.now() + LIFE).timestamp()
    session.clear()
    session["half"] = {"staff": staff_id, "until": until, "after": after, "of": _fingerprint(staff)}


def _fingerprint(staff: Staff) -> str:
    """Binds the first step to the password it was made with: a new one ends it."""
    return digest(staff.password_hash or "")[:16]


def half_done(database: Session) -> Half | None:
    """The first step of this browser, while it is fresh and the account still the same."""
    kept: dict[str, Any] = session.get("half", {})
    if kept.get("until", 0) < clock.now().timestamp():
        return None
    staff = database.get(Staff, kept["staff"], populate_existing=True)
    if staff is None or staff.disabled_at is not None or _fingerprint(staff) != kept["of"]:
        return None
    return Half(staff, kept["after"])
