"""I1: an import that is killed, stopped or disturbed goes on behind its last rows and does nothing twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from jobs.imports import hand_over_imports, run_import, run_waiting_imports
from jobs.stopping import ASKED_TO_STOP
from loyalty.imports.models import ImportBatch, ImportFile, ImportReject
from loyalty.imports.operations import (
    Taker,
    claim_batch,
    forget_old,
    hand_in,
    start_batch,
    stop_batch,
)
from loyalty.imports.operations.writing import Writer
from loyalty.kernel import clock
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient, PatientStats
from loyalty.points.models import LedgerEntry
from loyalty.visits.models import Visit
from tests.imports.conftest import DATA, Desk

ROWS = 1200
VISITS = "id,patient,name,phone,date,amount\n" + "".join(
    f"V{number},P{number % 40},Người {number % 40},,2024-03-{number % 28 + 1:02d},100000\n"
    for number in range(ROWS)
)
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def nobody_asks_to_stop() -> Iterator[None]:
    yield
    ASKED_TO_STOP.clear()


def whole(desk: Desk) -> None:
    """Everything is in, once."""
    batch = desk.session.scalars(select(ImportBatch)).one()
    assert (batch.state, batch.rows_done, batch.rows_total) == ("done", ROWS, ROWS)
    assert (batch.created, batch.unchanged, batch.rejected) == (ROWS, 0, 0)
    assert desk.count(Visit) == desk.count(LedgerEntry) == ROWS
    assert desk.count(Patient) == 40
    assert desk.session.scalar(select(func.sum(PatientStats.visit_count))) == ROWS
    assert desk.count(ImportFile) == 0


def grow_old(desk: Desk) -> None:
    """As if the dead runner had not been heard of for long."""
    desk.session.execute(update(ImportBatch).values(beat_at=clock.now() - timedelta(hours=1)))
    desk.session.commit()


def test_i1_killed_between_two_batches_it_goes_on(desk: Desk, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    file.write_text(VISITS, encoding="utf-8")
    killed = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "import", "visits", str(file)],
        cwd=ROOT,
        env={
            **os.environ, "DATABASE_URL": database_url, "SECRET_KEY": "a secret for tests only",
            "FAIL_AT": "import_rows_committed",
        },
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    batch = desk.session.scalars(select(ImportBatch)).one()
    assert (batch.state, batch.rows_done, batch.created) == ("running", 500, 500)
    assert desk.count(Visit) == 500
    assert run_waiting_imports(clock.now()) == "nothing waits"
    grow_old(desk)
    assert run_waiting_imports(clock.now()) == "1 done"
    whole(desk)


def test_i1_asked_to_stop_it_gives_the_rest_back(desk: Desk) -> None:
    batch_id = desk.hand_in("visits", VISITS)
    ASKED_TO_STOP.set()
    assert run_import(batch_id, now=desk.now) == "paused"
    assert desk.batch(batch_id).state == "waiting"
    desk.session.rollback()
    ASKED_TO_STOP.clear()
    assert run_import(batch_id, now=desk.now) == "done"
    whole(desk)


def test_i1_of_two_runners_one_runs(desk: Desk) -> None:
    batch_id = desk.hand_in("visits", VISITS)
    assert claim_batch(desk.session, batch_id=batch_id, now=clock.now())
    desk.session.commit()
    assert run_import(batch_id) == "not taken"
    assert desk.count(Visit) == 0


def test_i1_what_a_runner_that_was_replaced_writes_does_not_stay(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = desk.hand_in("visits", VISITS)
    take = Taker.take

    def stopped_meanwhile(self: Taker, session: Any, *args: Any, **more: Any) -> Any:
        taken = take(self, session, *args, **more)
        if desk.session is not session:
            stop_batch(session, batch_id=batch_id, actor=SYSTEM, now=desk.now)
        return taken

    monkeypatch.setattr(Taker, "take", stopped_meanwhile)
    assert run_import(batch_id, now=desk.now) == "stopped"
    assert desk.count(Visit) == 0


def test_a_stopped_import_can_go_on(desk: Desk) -> None:
    batch_id = desk.hand_in("visits", VISITS)
    assert stop_batch(desk.session, batch_id=batch_id, actor=SYSTEM, now=desk.now)
    desk.session.commit()
    assert run_import(batch_id, now=desk.now) == "not taken"
    assert desk.batch(batch_id).reason == "import_stopped"
    assert start_batch(desk.session, batch_id=batch_id, actor=SYSTEM, now=desk.now)
    assert not start_batch(desk.session, batch_id=batch_id, actor=SYSTEM, now=desk.now)
    desk.session.commit()
    assert run_import(batch_id, now=desk.now) == "done"
    whole(desk)


def test_i1_two_that_make_the_same_record_at_once_begin_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = desk.hand_in("visits", VISITS)
    take, tries = Taker.take, []

    def clashes_once(self: Taker, *args: Any, **more: Any) -> Any:
        taken = take(self, *args, **more)
        tries.append(1)
        if len(tries) == 2:
            raise IntegrityError("INSERT", {}, Exception("unique"))
        return taken

    monkeypatch.setattr(Taker, "take", clashes_once)
    assert run_import(batch_id, now=desk.now) == "done"
    assert len(tries) == 4
    whole(desk)


def test_i1_a_row_the_programme_refuses_fails_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    create = Writer.create

    def refuses_one(self: Writer, person: Any, data: Any) -> None:
        create(self, person, data)
        if person.external_id == "P2":
            raise Refusal("patient_exists")

    monkeypatch.setattr(Writer, "create", refuses_one)
    rows = [f"V{number},P{number},Tên {number},2024-03-01,1000" for number in range(1, 5)]
    content = "\n".join(["id,patient,name,date,amount", *rows])
    assert desk.counts("visits", content) == (3, 0, 0, 1)
    assert desk.reasons() == [(3, "patient_exists")]
    assert desk.count(Patient) == desk.count(PatientStats) == desk.count(Visit) == 3


def test_a_fault_of_ours_ends_the_import_and_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **more: Any) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(Taker, "take", broken)
    batch_id = desk.hand_in("visits", VISITS)
    assert run_import(batch_id, now=desk.now) == "failed"
    assert desk.batch(batch_id).reason == "import_fault"


def test_a_mapping_that_fits_nothing_ends_the_import_and_says_so(desk: Desk) -> None:
    batch_id = desk.hand_in("visits", VISITS, mapping={"name": "no such column"})
    assert run_import(batch_id, now=desk.now) == "failed"
    assert desk.batch(batch_id).reason == "mapping_header_unknown"


def test_rejected_rows_keep_their_cells_whatever_stood_there(desk: Desk) -> None:
    batch = desk.take("visits", "name,phone,date,amount\n=1+1,,2024-03-01,abc\n")
    assert (batch.rejected, batch.headers) == (1, ["name", "phone", "date", "amount"])
    row = desk.session.scalars(select(ImportReject)).one()
    assert (row.line, row.code, row.field) == (2, "amount_unreadable", "amount")
    assert row.cells == ["=1+1", "", "2024-03-01", "abc"]
    spoilt = desk.take("visits", (DATA / "messy" / "07_vi_mixed_encodings.csv").read_bytes())
    row = desk.session.scalars(select(ImportReject).where(ImportReject.batch_id == spoilt.id)).one()
    assert (row.line, row.code, len(row.cells)) == (12, "text_unreadable", len(spoilt.headers))


def test_the_sweep_hands_over_what_waits_and_forgets_what_nobody_ran(desk: Desk) -> None:
    desk.hand_in("visits", VISITS)
    old = datetime(2024, 1, 1, tzinfo=UTC)
    hand_in(desk.session, kind="visits", filename="x.csv", content=b"a", actor=SYSTEM, now=old)
    desk.session.commit()
    assert hand_over_imports(desk.now, "", 10) == "handed over 1 of 1, forgot 1"
    assert desk.count(ImportFile) == 1
    assert forget_old(desk.session, now=desk.now) == 0
    desk.session.rollback()
    assert run_waiting_imports(clock.now()) == "1 done"
    assert hand_over_imports(desk.now, "", 10) == "handed over 0 of 0, forgot 0"


def test_personal_data_of_old_imports_is_forgotten(desk: Desk) -> None:
    desk.take("visits", "name,phone,date,amount\nAn,,2024-03-01,abc\n")
    stopped = desk.hand_in("visits", VISITS)
    stop_batch(desk.session, batch_id=stopped, actor=SYSTEM, now=desk.now)
    desk.session.commit()
    assert forget_old(desk.session, now=desk.now + timedelta(days=6)) == 0
    assert forget_old(desk.session, now=clock.now() + timedelta(days=91)) == 2
    desk.session.commit()
    assert desk.count(ImportFile) == desk.count(ImportReject) == 0
    assert desk.count(ImportBatch) == 2
    desk.session.rollback()
    assert start_batch(desk.session, batch_id=stopped, actor=SYSTEM, now=desk.now)
    desk.session.commit()
    assert run_import(stopped, now=desk.now) == "failed"
    assert desk.batch(stopped).reason == "import_file_gone"
