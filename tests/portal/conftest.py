"""An and the others with browsers of their own; time stands at the cast's noon."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from loyalty.access.operations import start_session
from loyalty.clinic.models import Clinic
from loyalty.kernel.database import make_engine
from loyalty.kernel.localized import LocalizedText
from loyalty.leaderboard.operations import draft_board, publish_board
from loyalty.patients.models import Patient
from loyalty.referrals.models import Milestone
from loyalty.referrals.queries import code_of
from tests.portal.browser import PHONE_BROWSER, Browser
from tests.portal.scenes import IN_OCTOBER, OCTOBER, be_listed, help_friends
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, open_clinic, person
from web.extensions import db


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON + timedelta(hours=1), tick=False) as moved:
        yield moved


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """As everywhere, but what is committed may be read on: a new transaction would lock the pages out."""
    engine = make_engine(database_url)
    with Session(engine, expire_on_commit=False) as opened:
        yield opened
    engine.dispose()


@pytest.fixture(autouse=True)
def clinic(session: Session) -> Clinic:
    """The clinic of the cast with its address, its phone and three milestones."""
    open_clinic(session)
    found = session.get(Clinic, 1)
    assert found is not None
    found.phone = "0258 388 6868"
    found.address = LocalizedText.of("62 Trần Phú, Nha Trang")
    found.licence = LocalizedText.of("01482/KH-GPHĐ")
    for friends, name in ((1, "Silver"), (3, "check-up"), (8, "Black")):
        text = LocalizedText.of(name)
        session.add(Milestone(friends=friends, icon="gift", name=text, short_name=text))
    commit(session)
    return found


@pytest.fixture
def an(session: Session) -> Patient:
    return person(session, "Nguyễn Văn An", phone="+84903111111")


@pytest.fixture
def chi(session: Session) -> Patient:
    return person(session, "Trần Thị Chi", phone="+84903333333")


@pytest.fixture
def log_in(app: Flask, session: Session) -> Callable[..., Browser]:
    """A browser in which a patient is logged in."""

    def opened(patient: Patient, language: str = "en", now: datetime = NOON + timedelta(hours=1)) -> Browser:
        token = start_session(session, kind="patient", person_id=patient.id, device=PHONE_BROWSER, now=now)
        commit(session)
        return Browser(app, token, language)

    return opened


@pytest.fixture
def reader(log_in: Callable[..., Browser], an: Patient) -> Browser:
    """An's browser."""
    return log_in(an)


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """Somebody who is not logged in."""
    return Browser(app)


@pytest.fixture
def code(session: Session, an: Patient) -> str:
    """An's invite code."""
    found = code_of(session, an.id)
    session.commit()
    assert found is not None
    return found.code


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The SQL statements executed inside the block, without the begin of transactions."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def statements(app: Flask) -> Callable[[], Any]:
    return lambda: counted(app)


@pytest.fixture
def warm(app: Flask) -> Flask:
    """The application as it runs for patients: what is the same for everybody is kept for half a minute."""
    app.config["PROGRAMME_CACHE_SECONDS"] = 30
    return app


@pytest.fixture
def helper(session: Session) -> Callable[..., Patient]:
    """Somebody who helped friends in October, listed under a nickname if she has one."""

    def made(name: str, friends: int, nickname: str | None = None) -> Patient:
        helping = person(session, name, IN_OCTOBER)
        help_friends(session, helping, friends)
        if nickname:
            be_listed(session, helping, nickname)
        return helping

    return made


@pytest.fixture
def publish(session: Session) -> Callable[[], None]:
    """Draft and publish October's board."""

    def published() -> None:
        for act in (draft_board, publish_board):
            act(session, month=OCTOBER, actor=LAN, now=NOON)
            commit(session)

    return published
