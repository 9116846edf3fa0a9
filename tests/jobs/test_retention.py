"""What is forgotten when, and what stays."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jobs.work import forget
from loyalty.access.models import Attempt, LoginCode, LoginSession
from loyalty.activity.models import JobRun
from loyalty.kernel.database import Base
from loyalty.patients.models import Patient
from tests.support.acting import commit
from tests.support.cast import NOON
from tests.support.posting import claim, finish, message, queue

DAY = timedelta(days=1)


def count(session: Session, model: type[Base]) -> int:
    found = session.scalar(select(func.count()).select_from(model)) or 0
    session.rollback()
    return found


@pytest.mark.usefixtures("here")
def test_codes_tries_and_sessions_go_after_their_time(session: Session, an: Patient) -> None:
    for age in (timedelta(hours=1), 2 * DAY):
        at = NOON - age
        session.add(
            LoginCode(
                phone="+84", browser_digest="b", nonce="n", code_digest="c", created_at=at, expires_at=at
            )
        )
        session.add(Attempt(scope="code", subject="s", at=at))
    for number, age in enumerate((DAY, 91 * DAY)):
        at = NOON - age
        session.add(
            LoginSession(token_digest=str(number), patient_id=an.id, created_at=at, seen_at=at, expires_at=at)
        )
    commit(session)
    assert forget(NOON, "2026-11-17", 100) == "1 codes, 1 tries, 1 sessions"
    assert [count(session, model) for model in (LoginCode, Attempt, LoginSession)] == [1, 1, 1]
    assert forget(NOON, "2026-11-17", 100) == "nothing to forget"


@pytest.mark.usefixtures("here")
def test_messages_lose_their_words_and_keep_their_row(session: Session, an: Patient) -> None:
    sent = queue(session, an, "a")
    finish(session, claim(session, sent))
    waiting = queue(session, an, "b")
    assert forget(NOON + 91 * DAY, "2027-02-16", 1) == "1 texts"
    row = message(session, sent)
    assert (row.state, row.text, row.values, row.recipient) == ("sent", None, {}, None)
    assert message(session, waiting).values == {"points": 10}


@pytest.mark.usefixtures("here")
def test_batches_go_on_until_nothing_is_left(session: Session, an: Patient) -> None:
    session.add_all(Attempt(scope="code", subject="s", at=NOON - 2 * DAY) for _ in range(7))
    session.add(JobRun(name="send-messages", slot="old", started_at=NOON - 3 * DAY))
    session.add(JobRun(name="reconcile", slot="old", started_at=NOON - 3 * DAY))
    commit(session)
    assert forget(NOON, "2026-11-17", 2) == "7 tries, 1 runs"
    assert list(session.scalars(select(JobRun.name))) == ["reconcile"]
