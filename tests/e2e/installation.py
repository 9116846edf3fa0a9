"""The product as ./run starts it, on a database that holds the demo clinic: web, worker and periodic jobs."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

from redis import Redis
from sqlalchemy.orm import Session

from demo.load import ZONE, load
from demo.people import FRIENDS, MEMBERS, Person
from loyalty.kernel.clock import clinic_calendar
from loyalty.kernel.clock import now as clock_now
from loyalty.kernel.contacts import normalise_phone
from loyalty.kernel.database import make_engine
from loyalty.patients.models import Patient
from loyalty.patients.queries import patients_with_phone
from ops.options import Options
from ops.supervision import web_arguments
from tests.support.databases import Databases
from tests.support.processes import SECRET, house

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
PEOPLE: dict[str, Person] = {person.key: person for person in (*MEMBERS, *FRIENDS)}


class Installation:
    """Where the product answers, and what its database knows."""

    def __init__(self, database_url: str, redis_url: str, log: Path) -> None:
        self._database_url, self._redis_url, self._log = database_url, redis_url, log
        self._engine = make_engine(database_url)
        self.url = f"http://127.0.0.1:{_free_port()}"
        self._web: subprocess.Popen[bytes] | None = None

    def session(self) -> Session:
        """A look into the database; close it before the pages work on."""
        return Session(self._engine)

    def patient_id(self, key: str) -> int:
        """The patient that the demo knows under this key."""
        person = PEOPLE[key]
        with self.session() as session:
            return _named(patients_with_phone(session, e164(person.phone)), person.name).id

    def start_web(self) -> None:
        """Gunicorn as the supervisor starts it."""
        host, port = self.url.removeprefix("http://").split(":")
        arguments = web_arguments(Options(host=host, port=int(port), demo=True))
        with self._log.open("ab") as log:
            self._web = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *arguments, "wsgi:app"],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        """Until the web answers."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            assert time.monotonic() < ends, self._log.read_text()
            time.sleep(0.2)

    def stop_web(self) -> None:
        """No more answers, as for a phone without a connection."""
        if self._web is not None:
            self._web.terminate()
            self._web.wait(PATIENCE_SECONDS)
            self._web = None

    def close(self) -> None:
        self.stop_web()
        self._engine.dispose()

    def complaints(self) -> str:
        """What the web processes wrote down of errors; empty when all went well."""
        text = self._log.read_text()
        signs = [text.find(sign) for sign in ("Traceback", "[error") if sign in text]
        return text[max(min(signs) - 500, 0) :][:5000] if signs else ""

    def is_ready(self) -> bool:
        """Whether everything is there and running, the periodic jobs too."""
        return self._answers("/readyz")

    def _answers(self, path: str = "/healthz") -> bool:
        assert self._web is not None, "the web has not been started"
        assert self._web.poll() is None, self._log.read_text()
        try:
            with urlopen(self.url + path, timeout=5):
                return True
        except OSError:
            return False

    def _environment(self) -> dict[str, str]:
        given = {
            name: value for name, value in os.environ.items() if not name.startswith(("LIANA_", "FLASK_"))
        }
        return {
            **given,
            "DATABASE_URL": self._database_url,
            "REDIS_URL": self._redis_url,
            "SECRET_KEY": SECRET,
            "LIANA_PUBLIC_URL": self.url,
        }


@contextmanager
def installed(
    databases: Databases, redis_url: str, folder: Path, *, periodic: bool = False
) -> Iterator[Installation]:
    """An installation with the demo clinic; afterwards nothing of it runs, and it had no complaints.

    ``periodic``: with the process that starts jobs by the clock, as in real life.
    """
    database_url = databases.create()
    with Redis.from_url(redis_url) as connection:
        connection.flushall()
    installation = Installation(database_url, redis_url, folder / "web.log")
    _make_demo(installation)
    with house(database_url, redis_url) as processes:
        installation.start_web()
        processes.worker()
        if periodic:
            processes.beat()
        try:
            installation.wait()
            yield installation
        finally:
            installation.close()
    databases.drop(database_url)
    complaints = installation.complaints()
    assert not complaints, complaints


def _make_demo(installation: Installation) -> None:
    """The clinic of `flask demo load`, as small as it comes."""
    with installation.session() as session:
        load(session, now=clock_now() - _to_have_a_draft(), patients=0)
        session.commit()


def _to_have_a_draft() -> timedelta:
    """In a month's first hours its board is not counted yet: then the demo is that of the day before."""
    local = clinic_calendar(ZONE).local(clock_now())
    return timedelta(hours=3) if local.day == 1 and local.hour < 2 else timedelta(0)


def e164(phone: str) -> str:
    """A phone as the clinic keeps it."""
    return normalise_phone(phone, "VN")


def _named(found: list[Patient], name: str) -> Patient:
    return next(patient for patient in found if patient.name == name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
