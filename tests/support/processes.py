"""Real workers and beats as processes of their own, to be killed in the middle of their work."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from redis import Redis
from rq import Queue

SECRET = "a secret for tests only"
PATIENCE_SECONDS = 60.0


class Process:
    """One process of the product under test."""

    def __init__(self, command: str, environment: dict[str, str]) -> None:
        self._running = subprocess.Popen(
            [sys.executable, "-m", *command.split()],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> int:
        """Its exit code; minus the number of the signal that ended it."""
        return self._running.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """kill -9."""
        self._running.kill()
        self._running.wait()

    def stop(self) -> int:
        """Ask it to stop, as the supervisor does, and wait."""
        self._running.send_signal(signal.SIGTERM)
        return self.wait()


class House:
    """Starts processes on one database and one Redis, and ends all that are left."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        self._environment = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": SECRET}
        self._started: list[Process] = []
        self.redis_url = redis_url

    def worker(self, fail_at: str = "") -> Process:
        return self._start("jobs.worker", {"FAIL_AT": fail_at})

    def importer(self, fail_at: str = "", **more: str) -> Process:
        return self._start("jobs.worker imports", {"FAIL_AT": fail_at, **more})

    def beat(self) -> Process:
        return self._start("jobs.beat", {})

    def enqueue(self, ids: Sequence[int]) -> None:
        """Ask the workers to deliver messages, one job each."""
        with Redis.from_url(self.redis_url) as connection:
            queue = Queue("messages", connection=connection, serializer="json")
            for message_id in ids:
                queue.enqueue("jobs.messages.deliver_messages", [message_id], result_ttl=0)

    def close(self) -> None:
        for process in self._started:
            process.kill()

    def _start(self, command: str, more: dict[str, str]) -> Process:
        process = Process(command, {**self._environment, **more})
        self._started.append(process)
        return process


@contextmanager
def house(database_url: str, redis_url: str) -> Iterator[House]:
    """A :class:`House` that leaves nothing running."""
    opened = House(database_url, redis_url)
    try:
        yield opened
    finally:
        opened.close()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fail after a while."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
