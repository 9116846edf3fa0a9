"""Who is asking. Flask-Login keeps the token in the signed cookie; the row behind it decides.

One statement loads everything a page needs of its reader: the session's row, the person, for patients the
summary row, and the clinic with its settings. It runs when somebody first asks who it is, so public pages
cost nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import g, has_request_context, request, session
from flask_login import current_user, login_user, logout_user
from sqlalchemy.orm import Session

from loyalty.access.operations import end_session, start_session
from loyalty.access.queries import SignedIn, SignedInPatient, SignedInStaff, patient_by_token, staff_by_token
from loyalty.access.rules.sessions import PATIENT, STAFF
from loyalty.kernel import clock
from loyalty.kernel.actor import SYSTEM, Actor
from web.extensions import db, login_manager

__all__ = [
    "SignedInPatient",
    "SignedInStaff",
    "actor",
    "address",
    "current_patient",
    "current_patient_or_none",
    "current_staff",
    "current_staff_or_none",
    "log_in",
    "log_out",
    "reader",
]


@dataclass(frozen=True, slots=True)
class Reader:
    """What Flask-Login needs of a person: the token that stands in the cookie, with the kind in front."""

    token: str
    person: SignedIn

    is_active = True
    is_anonymous = False
    is_authenticated = True

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_reader(token: str) -> Reader | None:
    """The person behind a cookie's token; None when the session is unknown, ended or too old."""
    kind, _, secret = token.partition(".")
    person: SignedIn | None = None
    if kind == PATIENT:
        person = patient_by_token(db.session(), secret, now=clock.now())
    elif kind == STAFF:
        person = staff_by_token(db.session(), secret, now=clock.now())
    return None if person is None else Reader(token, person)


def reader() -> SignedIn | None:
    """The patient or staff member who is signed in; None for everybody else and outside requests."""
    if not has_request_context():
        return None
    found = current_user._get_current_object()
    return found.person if isinstance(found, Reader) else None


def current_patient_or_none() -> SignedInPatient | None:
    person = reader()
    return person if isinstance(person, SignedInPatient) else None


def current_staff_or_none() -> SignedInStaff | None:
    person = reader()
    return person if isinstance(person, SignedInStaff) else None


def current_patient() -> SignedInPatient:
    """The signed-in patient; only for views that declare ``patient_required``."""
    person = current_patient_or_none()
    assert person is not None, "a view for patients without @patient_required"
    return person


def current_staff() -> SignedInStaff:
    """The signed-in staff member; only for views that declare staff access."""
    person = current_staff_or_none()
    assert person is not None, "a view for staff without its access declaration"
    return person


def actor() -> Actor:
    """Who acts in this request, for operations and audit entries (A1)."""
    person = reader()
    if person is None:
        known: Actor | None = g.get("actor")
        return known or (Actor("friend") if has_request_context() else SYSTEM)
    return Actor(person.kind, person.id)


def address() -> str:
    """The address the request came from; behind a proxy the one that LIANA_TRUSTED_PROXIES vouches for."""
    return request.remote_addr or ""


def log_in(database: Session, kind: str, person_id: int, now: datetime) -> None:
    """Begin a session under a new token; nothing of the browser's life before it stays (no fixation)."""
    device = f"{request.user_agent.string}"
    token = start_session(database, kind=kind, person_id=person_id, device=device, now=now)
    session.clear()
    session.permanent = kind == PATIENT
    reader_to_be = load_reader(f"{kind}.{token}")
    assert reader_to_be is not None, "a session begun for somebody who may not log in"
    login_user(reader_to_be)


def log_out(database: Session, now: datetime) -> None:
    """End the session's row and forget the cookie."""
    person = reader()
    if person is not None:
        end_session(database, session_id=person.session_id, now=now)
    logout_user()
    session.clear()
