"""The worker: `python -m jobs.worker [QUEUE ...]`. Takes jobs from Redis; without Redis it sweeps instead.

Jobs run in the worker's own process, with the application made once: they are short, and a message costs a
fraction of what a fork would. A crash takes the worker with it; the supervisor starts another, and what it
held is found by the sweep.
"""

import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any

import structlog
from flask import Flask
from redis import Redis, RedisError
from rq import SimpleWorker
from rq.job import Job
from sqlalchemy.exc import SQLAlchemyError

from jobs.context import application
from jobs.imports import run_waiting_imports
from jobs.messages import send_due
from jobs.periodic import MESSAGES_QUEUE, PERIODIC_QUEUE
from jobs.stopping import ASKED_TO_STOP
from loyalty.kernel import clock
from web.enqueue import IMPORT_QUEUE
from web.logs import write_logs

log = structlog.get_logger(__name__)

#: Everything a queue may ask for; whoever can write to Redis can name no other function.
ALLOWED = frozenset({"jobs.messages.deliver_messages", "jobs.periodic.run_slot", "jobs.imports.run_import"})
QUEUES = (MESSAGES_QUEUE, PERIODIC_QUEUE)
#: With these a job of a killed worker is cleared away within two minutes instead of a quarter of an hour.
WORKER_TTL = 30
MAINTENANCE_SECONDS = 15
SWEEP_SECONDS = 3.0
CONNECT_SECONDS = 1.0


class NotAllowedError(Exception):
    """A job names a function that no queue may ask for."""


class RedisGoneError(Exception):
    """Redis does not answer: raised instead of waiting for it, so that the sweep can take over."""


class AllowedJob(Job):
    """A job that runs one of our own functions and nothing else, no callbacks either."""

    def perform(self) -> Any:
        if self.func_name not in ALLOWED:
            raise NotAllowedError(self.func_name)
        return super().perform()

    success_callback = property(lambda _self: None)
    failure_callback = property(lambda _self: None)
    stopped_callback = property(lambda _self: None)


class LianaWorker(SimpleWorker):
    """An RQ worker that gives up when Redis is gone instead of waiting ever longer."""

    job_class = AllowedJob
    log_job_description = False
    asked_to_stop = False

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        try:
            super().heartbeat(timeout, pipeline)
        except RedisError as error:
            raise RedisGoneError(type(error).__name__) from error

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True
        ASKED_TO_STOP.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def subscribe(self) -> None:
        """RQ's remote commands are not used: they would let whoever writes to Redis stop workers."""

    def unsubscribe(self) -> None:
        """See :meth:`subscribe`."""


def work(app: Flask, queues: Sequence[str], stopping: threading.Event) -> None:
    """Work until asked to stop: from Redis while it answers, from the database while it does not."""
    while not stopping.is_set():
        try:
            if _work_from_redis(app, queues):
                return
        except (RedisError, RedisGoneError) as error:
            log.warning("Redis does not answer, sweeping", fault=type(error).__name__)
        _sweep(queues)
        stopping.wait(SWEEP_SECONDS)


def _work_from_redis(app: Flask, queues: Sequence[str]) -> bool:
    """True when the worker was asked to stop, False when it gave up."""
    connection = Redis.from_url(app.config["REDIS_URL"], socket_connect_timeout=CONNECT_SECONDS)
    connection.ping()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    worker = LianaWorker(
        list(queues),
        connection=connection,
        serializer="json",
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE_SECONDS,
    )
    try:
        worker.work(logging_level="WARNING")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        connection.close()
    return worker.asked_to_stop


def _sweep(queues: Sequence[str]) -> None:
    try:
        if IMPORT_QUEUE in queues:
            run_waiting_imports(clock.now())
        else:
            send_due()
    except SQLAlchemyError as error:
        log.error("the database does not answer", fault=type(error).__name__)


def main(arguments: Sequence[str]) -> None:
    """Work on the named queues; by default on messages and periodic jobs, messages first."""
    write_logs()
    stopping = ASKED_TO_STOP
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with application() as app:
        log.info("worker started", queues=list(arguments or QUEUES))
        work(app, arguments or QUEUES, stopping)


if __name__ == "__main__":
    main(sys.argv[1:])
