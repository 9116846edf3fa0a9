"""Sending by the jobs: claim, gateway, end, with the catalogue's words."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.messages import deliver_messages, send_due
from loyalty.access.models import LoginCode
from loyalty.access.rules.codes import code_of
from loyalty.kernel import clock
from loyalty.messaging.models import Delivery
from loyalty.messaging.operations import claim_message, queue_login_code
from loyalty.patients.models import Patient
from tests.support.acting import commit
from tests.support.cast import NOON, person
from tests.support.posting import WORDS, message, queue


def arrived(session: Session) -> list[tuple[str, str]]:
    """What phones received: (recipient, text)."""
    query = select(Delivery.recipient, Delivery.text).where(Delivery.outcome == "accepted")
    return [(row.recipient, row.text) for row in session.execute(query.order_by(Delivery.id))]


def test_a_queued_message_arrives_in_the_patients_words(here: Flask, session: Session, an: Patient) -> None:
    message_id = queue(session, an)
    assert deliver_messages([message_id]) == {"sent": 1}
    assert arrived(session) == [(an.phone, "An Nhiên: 10 points were added to your card. Thank you.")]
    assert message(session, message_id).state == "sent"


def test_c2_delivering_the_same_ids_again_sends_nothing(here: Flask, session: Session, an: Patient) -> None:
    message_id = queue(session, an)
    assert deliver_messages([message_id, message_id, 999]) == {"sent": 1, "not_taken": 2}
    assert send_due() == {}
    assert len(arrived(session)) == 1


def test_the_sweep_sends_what_no_queue_knows(here: Flask, session: Session, an: Patient) -> None:
    queue(session, an, "a")
    queue(session, an, "b", values={})
    queue(session, an, "c", now=NOON, due_at=clock.now() + timedelta(hours=1))
    assert send_due() == {"sent": 1, "skipped": 1}


def test_c8_the_sweep_frees_what_a_dead_worker_held(here: Flask, session: Session, an: Patient) -> None:
    message_id = queue(session, an)
    claim_message(session, message_id=message_id, wording=WORDS, now=NOON)
    commit(session)
    assert send_due() == {"uncertain": 1}
    assert send_due() == {}
    assert message(session, message_id).state == "uncertain"
    assert arrived(session) == []


@pytest.mark.parametrize(
    ("digits", "sweeps", "state"),
    [("002", 1, "failed"), ("003", 3, "sent"), ("004", 2, "uncertain"), ("006", 2, "sent")],
)
def test_c8_every_answer_ends_in_its_state(
    here: Flask, session: Session, an: Patient, digits: str, sweeps: int, state: str
) -> None:
    message_id = queue(session, person(session, "Chi", phone=f"+84900000{digits}"))
    for number in range(sweeps):
        send_due(now=NOON + timedelta(minutes=number))
    assert message(session, message_id).state == state
    assert len(arrived(session)) == (0 if state == "failed" else 1)


def test_a_message_that_cannot_be_worked_out_holds_up_nobody(
    here: Flask, session: Session, an: Patient
) -> None:
    broken = queue(session, an, "a", values={"points": "many"})
    queue(session, an, "b")
    assert send_due() == {"error": 1, "sent": 1}
    assert message(session, broken).state == "queued"


def test_without_a_gateway_nothing_is_claimed(here: Flask, session: Session, an: Patient) -> None:
    message_id = queue(session, an)
    here.config.update(PRODUCTION=True)
    assert deliver_messages([message_id]) == {"no_gateway": 1}
    assert message(session, message_id).state == "queued"


def test_a_login_code_arrives_and_only_the_phone_knows_it(here: Flask, session: Session, an: Patient) -> None:
    now = clock.now()
    later = now + timedelta(minutes=10)
    code = LoginCode(
        phone=an.phone, browser_digest="b", nonce="n", code_digest="d", created_at=now, expires_at=later
    )
    session.add(code)
    session.flush()
    message_id = queue_login_code(
        session, login_code_id=code.id, phone=an.phone or "", language="en", now=now, expires_at=later
    )
    commit(session)
    assert message_id is not None
    digits = code_of(here.config["SECRET_KEY"], "n")
    assert deliver_messages([message_id]) == {"sent": 1}
    [(_, text)] = arrived(session)
    assert text.startswith(f"{digits} is your code")
    row = message(session, message_id)
    assert row.text is not None
    assert digits not in row.text


def test_a_job_stops_in_time_and_leaves_the_rest_to_the_sweep(
    here: Flask, session: Session, an: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [queue(session, an, "a"), queue(session, an, "b")]
    monkeypatch.setattr("jobs.messages.LONGEST_SECONDS", -1.0)
    assert deliver_messages(ids) == {"left": 2}
    monkeypatch.undo()
    assert send_due() == {"sent": 2}
