"""The patient's way in, page by page."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.access.models import LoginCode, LoginSession
from loyalty.access.rules.codes import code_of as code_of_nonce
from loyalty.messaging.models import Message
from loyalty.patients.models import Patient
from tests.support.cast import person
from tests.support.visitor import Page, Visitor, apart, seen
from tests.web.conftest import MAI_PHONE

pytestmark = pytest.mark.usefixtures("mai")


def ask(visitor: Visitor, phone: str = "0903 123 456") -> Page:
    """Go through the first page; gives the second."""
    form = visitor.get("/login").form("/login")
    return form.submit(phone=phone).follow()


def code_of(app: Flask, session: Session) -> str:
    """The code of the latest request, as the message says it."""
    nonce = seen(session, select(LoginCode.nonce).order_by(LoginCode.id.desc()))[0]
    return code_of_nonce(app.config["SECRET_KEY"], nonce)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_code_from_the_message_opens_the_portal(
    app: Flask, visitor: Visitor, session: Session, mai: Patient
) -> None:
    page = ask(visitor)
    assert "+84 903 ••• 456" in page.text("main")
    message = seen(session, select(Message))[0]
    assert (message.step, message.recipient, message.channel) == ("login-code", MAI_PHONE, "sms")
    code = code_of(app, session)
    assert code not in page.response.text
    done = page.form("/login/code").submit(code=code)
    assert done.location == "/"
    kept = seen(session, select(LoginSession))[0]
    assert (kept.patient_id, kept.staff_id, kept.device) == (mai.id, None, "Visitor")


def test_known_and_unknown_phones_get_the_same_answers(app: Flask, session: Session) -> None:
    answers = []
    for phone in ("0903 123 456", "0903 999 456"):
        visitor = Visitor(app, address=f"10.0.{len(answers)}.1")
        page = ask(visitor, phone)
        tried = page.form("/login/code").submit(code="000000", status=422)
        answers.append([_without_tokens(shown) for shown in (page, tried)])
    assert answers[0] == [text.replace("999", "123") for text in answers[1]]
    assert seen(session, select(func.count()).select_from(Message))[0] == 1


def _without_tokens(page: Page) -> str:
    for node in page.tree.css("input[type=hidden]"):
        node.decompose()
    return page.tree.html or ""


def test_five_wrong_codes_kill_it(app: Flask, visitor: Visitor, session: Session) -> None:
    page = ask(visitor)
    code = code_of(app, session)
    said = []
    for _try in range(5):
        page = page.form("/login/code").submit(code=wrong(code), status=422)
        said.append(page.text(".errmsg"))
    assert said == [
        "This code is not right. 4 tries left.",
        "This code is not right. 3 tries left.",
        "This code is not right. 2 tries left.",
        "This code is not right. 1 try left.",
        "This code can no longer be used. Please ask for a new one.",
    ]
    page.form("/login/code").submit(code=code, status=422)
    visitor.get("/", status=303)


def test_a_code_is_no_good_in_another_browser(app: Flask, visitor: Visitor, session: Session) -> None:
    ask(visitor)
    code = code_of(app, session)
    stranger = Visitor(app, address="10.9.0.1")
    assert stranger.get("/login/code", status=303).location == "/login"
    token = stranger.get("/login").form("/login").values["csrf_token"]
    refused = stranger.post("/login/code", {"csrf_token": token, "code": code}, status=422)
    assert refused.text(".errmsg") == "No code was asked for in this browser. Please ask for a new one here."


def test_a_code_is_too_old_after_ten_minutes(app: Flask, visitor: Visitor, session: Session) -> None:
    start = datetime.now(UTC)
    page = ask(visitor)
    code = code_of(app, session)
    with time_machine.travel(start + timedelta(minutes=10, seconds=5), tick=False):
        late = page.form("/login/code").submit(code=code, status=422)
    assert late.text(".errmsg") == "This code is too old. Please ask for a new one."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("41820", "The code has 6 digits. Add 1 more."),
        ("41", "The code has 6 digits. Add 4 more."),
        ("4182011", "The code has 6 digits. Please type it again."),
        ("", "Please fill this in."),
    ],
)
def test_half_a_code_is_no_try(visitor: Visitor, session: Session, typed: str, said: str) -> None:
    page = ask(visitor).form("/login/code").submit(code=typed, status=422)
    assert page.text(".errmsg") == said
    assert seen(session, select(LoginCode.tries)) == [0]


def test_asking_too_often_says_how_long_to_wait(visitor: Visitor, session: Session) -> None:
    ask(visitor)
    again = visitor.get("/login").form("/login").submit(phone="0903 123 456", status=429)
    assert again.text("[role=alert]").startswith("A little too fast. Please try again in")
    assert seen(session, select(func.count()).select_from(LoginCode))[0] == 1
    assert seen(session, select(func.count()).select_from(Message))[0] == 1


def test_the_same_code_page_can_send_another_one_after_a_minute(
    app: Flask, visitor: Visitor, session: Session
) -> None:
    start = datetime.now(UTC)
    waiting = ask(visitor)
    assert "You can ask for another code in" in waiting.text("main")
    with time_machine.travel(start + timedelta(seconds=70), tick=False):
        page = visitor.get("/login/code")
        page = page.form("/login/code/again").submit().follow()
        assert page.form("/login/code").submit(code=code_of(app, session)).location == "/"


def test_an_unreadable_phone_is_said_beside_the_field(visitor: Visitor) -> None:
    page = visitor.get("/login").form("/login").submit(phone="12", status=422)
    assert page.text(".errmsg") == "We cannot read this phone number. Please check it."


def test_one_code_field_that_phones_fill_in(visitor: Visitor) -> None:
    page = ask(visitor)
    fields = page.tree.css("input[autocomplete=one-time-code]")
    assert [node.attributes.get("inputmode") for node in fields] == ["numeric"]
    assert "Our staff never ask for this code" in page.text("main")


def test_a_family_chooses_whose_card_it_is(
    app: Flask, visitor: Visitor, session: Session, mai: Patient
) -> None:
    child = apart(session, person(session, "Bin", phone=MAI_PHONE))
    stranger = apart(session, person(session, "Chi"))
    page = ask(visitor).form("/login/code").submit(code=code_of(app, session)).follow()
    buttons = [node.attributes["value"] for node in page.tree.css("button[name=patient]")]
    assert buttons == [str(mai.id), str(child.id)]
    form = page.form("/login/who")
    assert form.submit(patient=str(stranger.id)).location == "/login"
    assert seen(session, select(func.count()).select_from(LoginSession))[0] == 0
    assert form.submit(patient=str(child.id)).location == "/"
    assert seen(session, select(LoginSession.patient_id)) == [child.id]


def test_nobody_chooses_without_having_proven_the_phone(visitor: Visitor, mai: Patient) -> None:
    assert visitor.get("/login/who", status=303).location == "/login"
    token = visitor.get("/login").form("/login").values["csrf_token"]
    tried = visitor.post("/login/who", {"csrf_token": token, "patient": str(mai.id)})
    assert tried.location == "/login"


def test_logging_in_gives_a_new_token_and_forgets_the_old_life(
    app: Flask, visitor: Visitor, session: Session
) -> None:
    page = ask(visitor)
    with visitor.client.session_transaction() as before:
        old = dict(before)
        before["_user_id"] = "patient.planted-by-somebody"
    page.form("/login/code").submit(code=code_of(app, session))
    with visitor.client.session_transaction() as after:
        assert after["_user_id"] not in ("patient.planted-by-somebody", old.get("_user_id"))
        assert after.get("csrf_token") != old["csrf_token"]
        assert "browser" not in after


def test_logging_out_ends_the_row_so_that_a_kept_cookie_opens_nothing(
    as_mai: Visitor, session: Session
) -> None:
    with as_mai.client.session_transaction() as cookie:
        kept = dict(cookie)
    token = as_mai.get("/login/code", status=303) and _token(as_mai)
    assert as_mai.post("/logout", {"csrf_token": token}).location == "/login"
    assert seen(session, select(LoginSession.revoked_at))[0] is not None
    with as_mai.client.session_transaction() as cookie:
        cookie.update(kept)
    assert as_mai.get("/", status=303).location == "/login?next=/"


def _token(visitor: Visitor) -> str:
    """A valid token for the visitor's own session, as any page gives it."""
    with visitor.app.test_request_context("/"), visitor.client.session_transaction() as cookie:
        from flask import session as flask_session
        from flask_wtf.csrf import generate_csrf

        signed = str(generate_csrf())
        cookie["csrf_token"] = flask_session["csrf_token"]
        return signed


@pytest.mark.parametrize("days", [(31,), (29, 58, 87, 91)])
def test_a_session_ends_by_idling_and_by_age(
    app: Flask, session: Session, mai: Patient, days: tuple[int, ...]
) -> None:
    visitor = Visitor(app).log_in(session, "patient", mai.id)
    start = datetime.now(UTC)
    for day in days[:-1]:
        with time_machine.travel(start + timedelta(days=day), tick=False):
            visitor.get("/points")
    with time_machine.travel(start + timedelta(days=days[-1]), tick=False):
        visitor.get("/points", status=303)


def test_a_page_view_extends_the_session_only_now_and_then(as_mai: Visitor, session: Session) -> None:
    first = seen(session, select(LoginSession.seen_at))[0]
    as_mai.get("/points")
    session.rollback()
    assert seen(session, select(LoginSession.seen_at))[0] == first
    with time_machine.travel(first + timedelta(hours=13), tick=False):
        as_mai.get("/points")
    session.rollback()
    assert seen(session, select(LoginSession.seen_at))[0] == first + timedelta(hours=13)


def test_who_is_logged_in_goes_on_from_the_log_in_page(as_mai: Visitor) -> None:
    assert as_mai.get("/login?next=/points", status=303).location == "/points"


def test_the_wanted_page_comes_after_the_log_in(app: Flask, visitor: Visitor, session: Session) -> None:
    page = visitor.get("/points?before=3", status=303)
    assert page.location == "/login?next=/points?before%3D3"
    form = page.follow().form("/login")
    page = form.submit(phone="0903 123 456").follow()
    assert page.form("/login/code").submit(code=code_of(app, session)).location == "/points?before=3"


def test_htmx_is_sent_to_the_log_in_and_back_to_its_page(visitor: Visitor) -> None:
    page = visitor.get(
        "/points", status=401, htmx=True, headers={"HX-Current-URL": "http://localhost/visits?x=1"}
    )
    assert page.response.headers["HX-Redirect"] == "/login?next=/visits?x%3D1"
    assert page.response.data == b""


def test_a_form_without_its_token_changes_nothing(visitor: Visitor, session: Session) -> None:
    page = visitor.post("/login", {"phone": "0903 123 456"}, status=400)
    assert page.text("h1") == "The page was open for too long"
    assert seen(session, select(func.count()).select_from(LoginCode))[0] == 0
