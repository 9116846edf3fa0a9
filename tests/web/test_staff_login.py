"""The staff's way in, page by page."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.access.models import Attempt, LoginSession
from loyalty.access.operations import end_sessions_of
from loyalty.access.operations.accounts import reset_second_factor
from loyalty.access.rules.second_factor import totp_now
from loyalty.activity.models import AuditEntry
from loyalty.clinic.models import RecoveryCode, Staff
from loyalty.clinic.operations import create_staff
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import now as clock_now
from tests.access.conftest import PASSWORD, TOTP_SECRET, disable, staff_with
from tests.support.visitor import Page, Visitor, seen

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def give_password(visitor: Visitor, password: str = PASSWORD, status: int = 303, **more: str) -> Page:
    form = visitor.get(more.pop("path", "/admin/login")).form("/admin/login")
    return form.submit(email=more.get("email", "lan@annhien.example"), password=password, status=status)


def give_code(visitor: Visitor, code: str, status: int = 303) -> Page:
    return visitor.get("/admin/login/code").form("/admin/login/code").submit(code=code, status=status)


def test_password_and_code_open_the_admin(visitor: Visitor, session: Session, lan: Staff) -> None:
    with time_machine.travel(NOW, tick=False):
        assert give_password(visitor).location == "/admin/login/code"
        visitor.get("/admin/", status=303)
        assert give_code(visitor, totp_now(TOTP_SECRET, NOW)).location == "/admin/"
        visitor.get("/admin/")
    assert seen(session, select(LoginSession.staff_id)) == [lan.id]


@pytest.mark.parametrize(
    ("email", "password"),
    [("lan@annhien.example", "not her password"), ("nobody@annhien.example", PASSWORD)],
)
def test_wrong_passwords_and_unknown_people_hear_the_same(
    visitor: Visitor, lan: Staff, email: str, password: str
) -> None:
    page = give_password(visitor, password, status=422, email=email)
    assert page.text("[role=alert]") == "E-mail or password is not right."


def test_a_disabled_account_is_like_an_unknown_one(visitor: Visitor, session: Session, lan: Staff) -> None:
    disable(session, lan)
    give_password(visitor, status=422)


def test_the_pause_grows_for_one_account_at_one_address_and_nowhere_else(
    app: Flask, session: Session, lan: Staff
) -> None:
    attacker, herself = Visitor(app, address="198.51.100.7"), Visitor(app, address="10.0.0.1")
    with time_machine.travel(NOW, tick=False) as clock:
        for _try in range(3):
            give_password(attacker, "wrong password", status=422)
        page = give_password(attacker, status=429)
        assert page.text("[role=alert]") == "A little too fast. Please try again in 5 seconds."
        assert give_password(herself).location == "/admin/login/code"
        clock.shift(6)
        give_password(attacker, "wrong password", status=422)
        clock.shift(6)
        give_password(attacker, status=429)
        clock.shift(5)
        give_password(attacker)
    assert seen(session, select(Attempt).where(Attempt.scope == "password")) == []


def test_a_code_works_once(app: Flask, session: Session, lan: Staff) -> None:
    code = totp_now(TOTP_SECRET, NOW)
    with time_machine.travel(NOW, tick=False):
        for visitor, status in ((Visitor(app), 303), (Visitor(app), 422)):
            give_password(visitor)
            page = give_code(visitor, code, status=status)
    assert (
        page.text(".errmsg") == "This code is not right, or it was used before. Please wait for the next one."
    )


def test_wrong_codes_are_counted_and_slowed(visitor: Visitor, lan: Staff) -> None:
    with time_machine.travel(NOW, tick=False):
        give_password(visitor)
        for _try in range(3):
            give_code(visitor, "000000", status=422)
        give_code(visitor, totp_now(TOTP_SECRET, NOW), status=429)


def test_the_first_log_in_sets_up_the_second_factor_and_shows_recovery_codes_once(
    app: Flask, session: Session, clinic: None
) -> None:
    staff_id = staff_with(session).id
    session.rollback()
    visitor = Visitor(app)
    with time_machine.travel(NOW, tick=False):
        assert give_password(visitor).location == "/admin/login/setup"
        secret = seen(session, select(Staff.totp_secret).where(Staff.id == staff_id))[0]
        page = visitor.get("/admin/login/setup")
        assert secret in page.text("p.code").replace(" ", "")
        page.form("/admin/login/setup").submit(code="000000", status=422)
        done = page.form("/admin/login/setup").submit(code=totp_now(secret, NOW), status=200)
        codes = done.texts("li.code")
        assert len(set(codes)) == 10
        assert visitor.get("/admin/login/setup", status=303).location == "/admin/login"
        visitor.get("/admin/")
        kept = seen(session, select(RecoveryCode.code_digest))
        assert not set(codes) & set(kept)

        again = Visitor(app)
        assert give_password(again).location == "/admin/login/code"
        give_code(again, codes[0].lower())
        assert "Recovery codes left: 9." in again.get("/admin/").text("body")

        third = Visitor(app)
        give_password(third)
        give_code(third, codes[0], status=422)


def test_the_second_step_needs_the_first(visitor: Visitor, lan: Staff) -> None:
    assert visitor.get("/admin/login/code", status=303).location == "/admin/login"
    assert visitor.get("/admin/login/setup", status=303).location == "/admin/login"
    token = visitor.get("/admin/login").form("/admin/login").values["csrf_token"]
    code = totp_now(TOTP_SECRET, clock_now())
    for path in ("/admin/login/code", "/admin/login/setup"):
        assert visitor.post(path, {"csrf_token": token, "code": code}).location == "/admin/login"


def test_the_first_step_ends_after_ten_minutes(visitor: Visitor, lan: Staff) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        give_password(visitor)
        clock.shift(601)
        assert visitor.get("/admin/login/code", status=303).location == "/admin/login"


def test_a_staff_session_idles_out_after_half_an_hour_and_ends_after_twelve(
    app: Flask, session: Session, lan: Staff
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        visitor = Visitor(app).log_in(session, "staff", lan.id)
        clock.shift(29 * 60)
        visitor.get("/admin/")
        clock.shift(31 * 60)
        visitor.get("/admin/", status=303)
        busy = Visitor(app).log_in(session, "staff", lan.id)
        for _turn in range(35):
            clock.shift(20 * 60)
            busy.get("/admin/")
        clock.shift(20 * 60 + 1)
        busy.get("/admin/", status=303)


def test_a_disabled_or_revoked_person_is_out_with_the_next_request(
    app: Flask, session: Session, lan: Staff
) -> None:
    first, second = (Visitor(app).log_in(session, "staff", lan.id) for _ in range(2))
    end_sessions_of(session, kind="staff", person_id=lan.id, now=clock_now())
    session.commit()
    first.get("/admin/", status=303)
    third = Visitor(app).log_in(session, "staff", lan.id)
    disable(session, lan)
    third.get("/admin/", status=303)
    second.get("/admin/", status=303)


def new_link(session: Session) -> str:
    _staff, token = create_staff(
        session, email="minh@annhien.example", name="Minh", role="marketing", actor=SYSTEM, now=clock_now()
    )
    session.commit()
    return f"/admin/password/{token}"


def test_a_link_sets_a_password_once(visitor: Visitor, session: Session, clinic: None) -> None:
    link = new_link(session)
    form = visitor.get(link).form()
    for password, said in (
        ("short", "A password needs at least 12 characters. A short sentence works well."),
        ("minh-annhien-2026", "This password is too easy to guess. Please choose words of your own."),
    ):
        assert form.submit(password=password, status=422).text(".errmsg") == said
    assert form.submit(password=PASSWORD).location == "/admin/login"
    assert visitor.get(link, status=404).text("h1") == "This link has ended"
    assert form.submit(password="another sentence of mine", status=404).text("h1") == "This link has ended"
    give_password(visitor, email="minh@annhien.example")
    assert "staff.password_set" in seen(session, select(AuditEntry.action))


def test_a_link_ends_after_three_days(visitor: Visitor, session: Session, clinic: None) -> None:
    link = new_link(session)
    with time_machine.travel(clock_now() + timedelta(days=3, seconds=1), tick=False):
        visitor.get(link, status=404)


def test_a_new_password_ends_all_sessions_and_the_half_done_log_in(
    app: Flask, session: Session, lan: Staff
) -> None:
    from loyalty.access.operations import set_password

    inside, halfway = Visitor(app).log_in(session, "staff", lan.id), Visitor(app)
    give_password(halfway)
    set_password(session, session.get_one(Staff, lan.id), "một câu hoàn toàn khác", clock_now())
    session.commit()
    inside.get("/admin/", status=303)
    assert halfway.get("/admin/login/code", status=303).location == "/admin/login"


def test_patients_and_staff_do_not_share_a_door(as_mai: Visitor, as_lan: Visitor) -> None:
    assert as_mai.get("/admin/", status=303).location == "/admin/login?next=/admin/"
    assert as_lan.get("/me", status=303).location == "/login?next=/me"


def test_after_a_reset_the_password_leads_to_the_set_up(
    visitor: Visitor, session: Session, lan: Staff
) -> None:
    reset_second_factor(session, staff_id=lan.id, reason="Lost phone", actor=SYSTEM, now=clock_now())
    session.commit()
    page = give_password(visitor)
    assert page.location == "/admin/login/setup"
    assert TOTP_SECRET not in page.follow().text().replace(" ", "")
