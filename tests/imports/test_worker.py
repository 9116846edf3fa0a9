"""I1, R2: the worker of imports: handed over by the queue, killed, and without any Redis."""

import signal
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from loyalty.imports.models import ImportBatch
from loyalty.kernel import clock
from loyalty.visits.models import Visit
from tests.imports.conftest import Desk
from tests.support.processes import House, house, until
from web.enqueue import start_import

ROWS = 700
VISITS = "id,patient,name,date,amount\n" + "".join(
    f"V{number},P{number % 9},Người {number % 9},2024-03-{number % 28 + 1:02d},100000\n"
    for number in range(ROWS)
)


@pytest.fixture
def processes(database_url: str, redis_url: str) -> Iterator[House]:
    with house(database_url, redis_url) as opened:
        yield opened


def has_ended(desk: Desk, batch_id: int) -> bool:
    state = desk.batch(batch_id).state
    desk.session.rollback()
    return state == "done"


def test_i1_a_worker_killed_in_the_middle_loses_and_doubles_nothing(desk: Desk, processes: House) -> None:
    batch_id = desk.hand_in("visits", VISITS)
    killed = processes.importer(fail_at="import_rows_committed")
    assert start_import(batch_id)
    assert killed.wait() == -signal.SIGKILL
    assert desk.count(Visit) == 500
    desk.session.execute(update(ImportBatch).values(beat_at=desk.now))
    desk.session.commit()
    processes.importer()
    assert start_import(batch_id)
    until(lambda: has_ended(desk, batch_id))
    batch = desk.batch(batch_id)
    assert (batch.created, batch.rows_done, desk.count(Visit)) == (ROWS, ROWS, ROWS)


def test_i1_without_redis_the_worker_looks_into_the_table(desk: Desk, processes: House) -> None:
    desk.now = clock.now()
    batch_id = desk.hand_in("visits", VISITS)
    processes.importer(REDIS_URL="redis://127.0.0.1:1/0")
    until(lambda: has_ended(desk, batch_id))
    assert desk.count(Visit) == ROWS
