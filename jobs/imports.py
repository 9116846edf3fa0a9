"""Running an import: batch after batch of rows, each in its own transaction, going on after a kill (I1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import sleep

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from jobs.context import job_context, reading
from jobs.failpoints import reach
from jobs.stopping import ASKED_TO_STOP
from loyalty.clinic.queries import Programme, programme
from loyalty.imports import operations
from loyalty.imports.models import ImportBatch
from loyalty.imports.queries import batches
from loyalty.imports.queries.sheets import chunks, complete_sheet, records_in
from loyalty.imports.rules.outcome import Outcome
from loyalty.imports.rules.progress import FAULT, FILE_GONE, ROWS_AT_ONCE
from loyalty.imports.rules.reading import Sheet
from loyalty.kernel import clock
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from web.enqueue import start_import
from web.extensions import db

log = structlog.get_logger(__name__)

#: Two imports, or an import and the desk, may make the same record at once: the file is then begun again.
MOST_TRIES = 5
BREATH_SECONDS = 0.12


class NotOursError(Exception):
    """The import was stopped or taken over: what is under way must not be committed."""


@dataclass(frozen=True, slots=True)
class _Run:
    """One runner's view of an import it has claimed."""

    batch: ImportBatch
    setup: Programme
    sheet: Sheet
    now: datetime

    @property
    def actor(self) -> Actor:
        return Actor("import", self.batch.id)


def run_import(batch_id: int, *, now: datetime | None = None) -> str:
    """Run an import to its end unless somebody else does; gives its state, or ``not taken``.

    ``now`` stands for the moment in tests; otherwise each batch of rows asks the clock.
    """
    with job_context(import_batch=batch_id) as session:
        if not operations.claim_batch(session, batch_id=batch_id, now=now or clock.now()):
            return "not taken"
    try:
        for _ in range(MOST_TRIES):
            try:
                return _run(batch_id, now)
            except IntegrityError:
                log.warning("import begins again behind its last rows", import_batch=batch_id)
        return _fail(batch_id, FAULT)
    except NotOursError:
        return "stopped"
    except Refusal as refusal:
        return _fail(batch_id, refusal.code)
    except OperationalError:
        raise  # the database is away: the sweep takes the import up again
    except Exception:
        log.exception("import failed", import_batch=batch_id)
        return _fail(batch_id, FAULT)


def _fail(batch_id: int, reason: str) -> str:
    with job_context(import_batch=batch_id) as session:
        operations.fail_batch(session, batch_id=batch_id, reason=reason, now=clock.now())
    return "failed"


def _run(batch_id: int, now: datetime | None) -> str:
    run = _open(batch_id, now or clock.now())
    taker = operations.Taker(run.setup)
    with job_context(now=run.now, import_batch=batch_id) as session:
        operations.describe_batch(
            session, batch_id=batch_id, headers=run.sheet.columns.headers, records=records_in(run.sheet)
        )
    for seen, outcomes in _counted(chunks(run.sheet)):
        done = max(0, min(run.batch.rows_done - seen, len(outcomes)))
        if done:
            with reading() as session:
                taker.pass_over(session, outcomes[:done])
        if done == len(outcomes):
            continue
        if ASKED_TO_STOP.is_set():
            return _pause(batch_id)
        if seen:
            _let_others_write()
        _take(run, taker, seen + done, outcomes[done:], now or clock.now())
    if {"referrer", "guardian"} & run.sheet.columns.places.keys():
        _find_senders(run, taker, now)
    if run.batch.notify:
        _tell(run, now)
    with job_context(import_batch=batch_id) as session:
        operations.finish_batch(session, batch_id=batch_id, actor=run.actor, now=now or clock.now())
    return "done"


def _let_others_write() -> None:
    """SQLite has one writer and no queue: who waits looks again every 0.1 s, and must find the door open."""
    if db.engine.dialect.name == "sqlite":
        sleep(BREATH_SECONDS)


def _pause(batch_id: int) -> str:
    """This process is asked to stop: another one goes on behind the last committed rows."""
    with job_context(import_batch=batch_id) as session:
        operations.release_batch(session, batch_id=batch_id)
    return "paused"


def _open(batch_id: int, now: datetime) -> _Run:
    with reading() as session:
        batch, setup = batches.batch(session, batch_id), programme(session)
        content = batches.content_of(session, batch_id)
    if batch is None:
        raise NotOursError
    if content is None:
        raise Refusal(FILE_GONE)
    sheet = complete_sheet(content, kind=batch.kind, setup=setup, mapping=batch.mapping, now=now)
    return _Run(batch, setup, sheet, now)


def _counted(pieces: Iterator[list[Outcome]]) -> Iterator[tuple[int, list[Outcome]]]:
    seen = 0
    for outcomes in pieces:
        yield seen, outcomes
        seen += len(outcomes)


def _take(run: _Run, taker: operations.Taker, seen: int, outcomes: Sequence[Outcome], now: datetime) -> None:
    with job_context(now=now, import_batch=run.batch.id) as session:
        taken = taker.take(session, outcomes, actor=run.actor, now=now)
        saved = operations.save_progress(
            session, batch_id=run.batch.id, seen=seen, records=len(outcomes), taken=taken, now=clock.now()
        )
        if not saved:
            raise NotOursError
    reach("import_rows_committed")


def _find_senders(run: _Run, taker: operations.Taker, now: datetime | None) -> None:
    """The second way through the file: who sent whom."""
    for outcomes in chunks(run.sheet):
        moment = now or clock.now()
        with job_context(now=moment, import_batch=run.batch.id) as session:
            people = taker.people_of(session, outcomes)
            operations.find_senders(session, people, setup=run.setup, actor=run.actor, now=moment)
            if not operations.beat(session, batch_id=run.batch.id, now=clock.now()):
                raise NotOursError


def _tell(run: _Run, now: datetime | None) -> None:
    last: int | None = 0
    while last is not None:
        moment = now or clock.now()
        with job_context(now=moment, import_batch=run.batch.id) as session:
            last = operations.tell_patients(
                session, since=run.batch.started_at, after=last, limit=ROWS_AT_ONCE, now=moment
            )


def run_waiting_imports(now: datetime) -> str:
    """Run here what waits or was left behind by a dead runner; says what became of it."""
    with reading() as session:
        waiting = batches.runnable(session, now=now)
    states = [run_import(batch_id) for batch_id in waiting]
    return ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states)) or "nothing waits"


def hand_over_imports(now: datetime, slot: str, limit: int) -> str:
    """The periodic job: put what waits or was left behind into the queue, forget files nobody ran.

    Without Redis nothing is handed over: the worker of that queue looks into the table itself.
    """
    with reading() as session:
        waiting = batches.runnable(session, now=now)
    handed = sum(start_import(batch_id) for batch_id in waiting[:limit])
    with job_context(now=now, job="run-imports") as session:
        forgotten = operations.forget_old(session, now=now)
    return f"handed over {handed} of {len(waiting)}, forgot {forgotten}"
