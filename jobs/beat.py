"""The clock of the periodic jobs: `python -m jobs.beat`. Any number of them may run at once.

Every tick looks which slots are due and not recorded in the database, and hands them to the workers, or runs
them here while Redis does not answer. Who records a slot first runs it, so that Redis may lose or double it.
"""

import signal
import threading
from datetime import datetime, timedelta
from time import monotonic

import structlog
from flask import Flask
from redis import RedisError
from rq import Queue
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from jobs import runs
from jobs.context import application, reading
from jobs.periodic import PERIODIC, PeriodicJob, run_slot
from jobs.schedule import CatchUp, Slot
from loyalty.clinic.queries import Programme, clinic, programme
from loyalty.kernel import clock
from web.logs import write_logs
from web.redis import breaker, redis_client

log = structlog.get_logger(__name__)

TICK_SECONDS = 2.0
#: A slot handed to the queue and not begun is handed over again after this time.
REPEAT_SECONDS = 30.0
#: How many missed slots of a job that makes up each of them are looked for.
MOST_MISSED = 24
JOB = "jobs.periodic.run_slot"
JOB_SECONDS = 1800


class Beat:
    """One process's memory of what it has handed over; the truth is in the database."""

    def __init__(self) -> None:
        self._handed: dict[tuple[str, str], float] = {}

    def tick(self, app: Flask) -> list[tuple[str, str]]:
        """Hand over every slot that is due; gives those handed over now."""
        moment = monotonic()
        self._handed = {key: at for key, at in self._handed.items() if moment - at < REPEAT_SECONDS}
        with reading() as session:
            due = due_slots(session, clock.now())
        fresh = [key for key in due if key not in self._handed]
        for name, label in fresh:
            self._handed[name, label] = moment
            hand_over(app, PERIODIC[name], label)
        return fresh


def due_slots(session: Session, now: datetime) -> list[tuple[str, str]]:
    """The slots that should have begun and have not, and those whose run died; none without a clinic."""
    found = clinic(session)
    if found is None:
        return []
    setup = programme(session)
    wanted = [(job, slot) for job in PERIODIC.values() for slot in _wanted(job, setup, found.created_at, now)]
    known = runs.recorded(session, [(job.name, slot.label) for job, slot in wanted])
    return [
        (job.name, slot.label)
        for job, slot in wanted
        if _is_open(known.get((job.name, slot.label)), job.patience, now)
    ]


def _wanted(job: PeriodicJob, setup: Programme, since: datetime, now: datetime) -> list[Slot]:
    """The slots of a job that may run now, oldest first, none from before the clinic was set up."""
    slots = [job.schedule.latest(now, setup)]
    while job.catch_up is CatchUp.EACH and len(slots) < MOST_MISSED and slots[-1].due_at >= since:
        slots.append(job.schedule.before(slots[-1], setup))
    fits = [slot for slot in reversed(slots) if slot.due_at >= since]
    if job.catch_up is CatchUp.SKIP:
        return [slot for slot in fits if now <= slot.due_at + job.grace]
    return fits


def _is_open(run: runs.Run | None, patience: timedelta, now: datetime) -> bool:
    return run is None or (run.finished_at is None and run.started_at < now - patience)


def hand_over(app: Flask, job: PeriodicJob, label: str) -> None:
    """Give a slot to the workers, or run it here while Redis does not answer."""
    client = redis_client(app)
    if client is not None:
        try:
            Queue(job.queue, connection=client, serializer="json").enqueue(
                JOB, job.name, label, result_ttl=0, failure_ttl=3600, ttl=_life(job), job_timeout=JOB_SECONDS
            )
        except RedisError as error:
            breaker(app).failed(monotonic())
            log.warning("Redis does not answer, running here", job=job.name, fault=type(error).__name__)
        else:
            return
    run_slot(job.name, label)


def _life(job: PeriodicJob) -> int:
    """Seconds a slot may wait in the queue: the beat hands it over again anyway, so it need not pile up."""
    return int(min(REPEAT_SECONDS * 2, job.grace.total_seconds()))


def main() -> None:
    """Tick until asked to stop."""
    write_logs()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    beat = Beat()
    with application() as app:
        log.info("beat started", jobs=list(PERIODIC))
        while not stopping.is_set():
            try:
                beat.tick(app)
            except SQLAlchemyError as error:
                log.error("the database does not answer", fault=type(error).__name__)
            stopping.wait(TICK_SECONDS)


if __name__ == "__main__":
    main()
