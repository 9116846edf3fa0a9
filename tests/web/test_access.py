"""Who gets through the gate, what is said to the others, and what a refusal leaves behind."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.clinic.models import Staff
from loyalty.clinic.rules.roles import Permission
from tests.support.visitor import Visitor, seen
from web.access import check_declared, patient_required, permission_required, public
from web.identity import actor, current_patient, current_staff


@pytest.fixture
def doors(app: Flask) -> Iterator[Flask]:
    """The application with a page for each kind of reader."""
    app.add_url_rule("/t/open", "t.open", public(lambda: f"open to {actor()}"))
    app.add_url_rule("/t/patient", "t.patient", patient_required(lambda: f"hello {current_patient().name}"))
    desk = permission_required(Permission.REGISTER_VISITS)(lambda: f"hello {current_staff().name}")
    app.add_url_rule("/t/desk", "t.desk", desk, methods=["GET", "POST"])
    boss = permission_required(Permission.MANAGE_STAFF)(lambda: "hello")
    app.add_url_rule("/t/boss", "t.boss", boss, methods=["GET", "POST"])
    app.add_url_rule("/t/undeclared", "t.undeclared", lambda: "hello")
    return app


@pytest.mark.usefixtures("doors", "clinic")
def test_nobody_is_sent_to_the_right_log_in(visitor: Visitor) -> None:
    assert visitor.get("/t/open").text() == "open to friend"
    assert visitor.get("/t/patient?x=1", status=303).location == "/login?next=/t/patient?x%3D1"
    assert visitor.get("/t/desk", status=303).location == "/admin/login?next=/t/desk"


@pytest.mark.usefixtures("doors")
def test_each_reader_gets_through_her_own_doors(as_mai: Visitor, as_lan: Visitor) -> None:
    assert as_mai.get("/t/patient").text() == "hello Mai"
    assert as_mai.get("/t/desk", status=303).location == "/admin/login?next=/t/desk"
    assert as_lan.get("/t/desk").text() == "hello Lan"
    assert as_lan.get("/t/patient", status=303).location == "/login?next=/t/patient"


@pytest.mark.usefixtures("doors")
def test_a_missing_role_is_told_so_and_noted(as_lan: Visitor, session: Session, lan: Staff) -> None:
    page = as_lan.get("/t/boss", status=403)
    assert page.text("h1") == "This page is not for you"
    entry = seen(session, select(AuditEntry).where(AuditEntry.action == "access.denied"))[0]
    assert (entry.actor_kind, entry.actor_id, entry.object_id) == ("staff", lan.id, "t.boss")
    assert entry.after == {"permission": "manage_staff"}


@pytest.mark.usefixtures("doors")
def test_a_route_that_declares_nothing_is_closed_and_stops_the_start(as_lan: Visitor, app: Flask) -> None:
    as_lan.get("/t/undeclared", status=403)
    with pytest.raises(RuntimeError, match=r"t\.undeclared"):
        check_declared(app)


@pytest.mark.usefixtures("doors", "clinic")
def test_a_planted_or_broken_cookie_is_nobody(visitor: Visitor) -> None:
    for planted in ("patient.1", "staff.", "nonsense", "patient.' OR 1=1 --", "staff.\u0000"):
        with visitor.client.session_transaction() as cookie:
            cookie["_user_id"] = planted
        visitor.get("/t/patient", status=303)
    visitor.client.set_cookie("liana", "garbage")
    visitor.get("/t/patient", status=303)
