"""Whose record a proven phone opens: its one person's, or the one that a family chooses."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response, request, session
from sqlalchemy.orm import Session

from loyalty.access.queries import Person, people_with_phone
from loyalty.access.rules.sessions import PATIENT
from loyalty.kernel import clock
from portal import blueprint
from web.access import public
from web.extensions import db
from web.forms import Form
from web.identity import log_in
from web.pages import go_to, redirect_or_fragment, render_page, safe_path
from web.transactions import commits

CHOICE_LIFE = timedelta(minutes=10)


def let_in(database: Session, phone: str, now: datetime) -> Response:
    """Log in whose phone this is; several people on one phone choose on the next page (I2)."""
    people = people_with_phone(database, phone)
    if len(people) == 1:
        return _open_card(database, people[0], now)
    after = session.get("after_login")
    session.clear()
    session["proven"] = {"phone": phone, "until": (now + CHOICE_LIFE).timestamp(), "after": after}
    return redirect_or_fragment("portal.choose_patient")


def _open_card(database: Session, person: Person, now: datetime) -> Response:
    after = safe_path(session.get("after_login"), "/") or "/"
    log_in(database, PATIENT, person.id, now)
    return go_to(after)


def _proven_people() -> list[Person]:
    """Whose records the phone just proven opens; nobody's once ten minutes have passed."""
    proven: dict[str, Any] = session.get("proven", {})
    if proven.get("until", 0) < clock.now().timestamp():
        return []
    return people_with_phone(db.session(), proven["phone"])


@blueprint.get("/login/who")
@public
def choose_patient() -> Response:
    """A family shares a phone: whose card shall be opened (I2)?"""
    people = _proven_people()
    if not people:
        return redirect_or_fragment("portal.login")
    return render_page("portal/login_who.html", people=people, form=Form())


@blueprint.post("/login/who")
@public
@commits
def open_patient() -> Response:
    chosen = request.form.get("patient", "")
    person = next((person for person in _proven_people() if str(person.id) == chosen), None)
    if person is None:
        return redirect_or_fragment("portal.login")
    session["after_login"] = session["proven"].get("after")
    return _open_card(db.session(), person, clock.now())
