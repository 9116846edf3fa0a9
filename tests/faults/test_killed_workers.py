"""C2, C8, R2: workers die by kill -9 in the middle of sending; nothing is lost and nothing arrives twice."""

import random
import signal
import time

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from jobs.messages import send_due
from loyalty.patients.models import Patient
from tests.faults.conftest import Books
from tests.support.acting import commit
from tests.support.processes import House, until


@pytest.mark.parametrize(
    ("fail_at", "channel", "end", "times"),
    [
        ("after_gateway", "sms", {"uncertain": 1}, 1),
        ("after_gateway", "email", {"sent": 1}, 1),
        ("after_claim", "sms", {"uncertain": 1}, 0),
        ("after_claim", "email", {"sent": 1}, 1),
        ("before_claim", "sms", {"sent": 1}, 1),
        ("after_finish", "sms", {"sent": 1}, 1),
    ],
)
def test_c8_killed_at_a_named_place(
    processes: House, app: Flask, books: Books, session: Session, an: Patient,
    fail_at: str, channel: str, end: dict[str, int], times: int,
) -> None:  # fmt: skip
    an.preferred_channel = channel
    commit(session)
    processes.enqueue(books.post(1))
    assert processes.worker(fail_at).wait() == -signal.SIGKILL
    books.let_claims_run_out()
    with app.app_context():
        for _ in range(3):
            send_due()
    assert books.states() == end
    assert list(books.arrived().values()) == ([times] if times else [])


def test_c8_a_killed_workers_message_goes_out_by_the_next_worker(processes: House, books: Books) -> None:
    books.post(3)
    processes.enqueue([1])
    assert processes.worker("before_claim").wait() == -signal.SIGKILL
    processes.worker()
    processes.beat()
    until(lambda: books.states() == {"sent": 3})
    assert set(books.arrived().values()) == {1}


def test_c2_two_workers_and_every_job_three_times(processes: House, books: Books) -> None:
    ids = books.post(20)
    processes.enqueue(ids * 3)
    processes.worker()
    processes.worker()
    until(lambda: books.states() == {"sent": 20})
    assert sorted(books.arrived().values()) == [1] * 20


def test_r2_workers_killed_at_random(processes: House, app: Flask, books: Books) -> None:
    chance = random.Random(7)
    ids = books.post(150)
    processes.enqueue(ids)
    for _ in range(4):
        worker = processes.worker()
        time.sleep(1.5 + chance.random())
        worker.kill()
    books.let_claims_run_out()
    with app.app_context():
        send_due()
    states, arrived = books.states(), books.arrived()
    assert set(states) <= {"sent", "uncertain"}
    assert sum(states.values()) == 150
    assert set(arrived.values()) == {1}
    assert states["sent"] <= len(arrived) <= 150
