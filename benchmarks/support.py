"""What the benchmarks share: a database of their own, a filled clinic, interleaved timing and the verdict.

Only ratios within one run count. Product and floor take turns in the same process, and time is the CPU time
of this process. On PostgreSQL that leaves out the server's share, so counts of statements are checked on both
databases, CPU ratios are most trustworthy on SQLite.
"""

import argparse
import gc
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from flask import Flask
from sqlalchemy import Engine, create_engine, event, insert
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from loyalty.clinic.operations import set_up_clinic
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import Base, make_engine, table_of
from loyalty.kernel.events import settle
from loyalty.kernel.localized import LocalizedText
from loyalty.patients.models import Patient, PatientStats
from tests.support.databases import PostgresDatabases, SqliteDatabases, postgres_server

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
BATCH = 2000
Work = Callable[[], object]


def arguments(description: str, **sizes: int) -> argparse.Namespace:
    """The command line of a benchmark: ``--database``, ``--rounds``, ``--calls`` and its own sizes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each side, at least 5")
    for name, size in {"calls": 300, **sizes}.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=size)
    given = parser.parse_args()
    if given.rounds < 5:
        parser.error("--rounds must be at least 5")
    return given


@contextmanager
def fresh_database(kind: str) -> Iterator[str]:
    """The URL of a migrated, empty database that disappears afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="liana-", dir="/tmp"))
    try:
        if kind == "sqlite":
            yield SqliteDatabases(folder).create()
            return
        with postgres_server(folder) as url:
            made = PostgresDatabases(url)
            yield made.create()
            made.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def opened(url: str) -> Iterator[Session]:
    """A session that settles and commits at its end, for building data."""
    engine = make_engine(url)
    with Session(engine) as session:
        yield session
        settle(session, {}, NOW)
        session.commit()
    engine.dispose()


def build_clinic(session: Session) -> None:
    """The clinic in Ho Chi Minh City that all benchmarks stand on."""
    set_up_clinic(
        session,
        name=LocalizedText.of("An Nhiên"),
        country="VN",
        timezone="Asia/Ho_Chi_Minh",
        currency="VND",
        language="vi",
        actor=SYSTEM,
        now=NOW,
    )
    session.flush()


def build_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of a table by executemany, in batches."""
    statement = insert(table_of(model))
    for start in range(0, len(rows), BATCH):
        session.connection().execute(statement, [dict(row) for row in rows[start : start + BATCH]])


def build_patients(session: Session, ids: Sequence[int], **facts: object) -> None:
    """Patients with those ids and their summary rows; PostgreSQL's own numbering does not learn of them."""
    people = [
        {
            "id": number,
            "external_id": f"P{number}",
            "card_number": f"{number:08d}",
            "name": f"Nguyễn Thị Mai {number}",
            "search_name": f"nguyen thi mai {number}",
            "created_at": NOW,
            "changed_at": NOW,
            **facts,
        }
        for number in ids
    ]
    build_rows(session, Patient, people)
    build_rows(session, PatientStats, [{"patient_id": number} for number in ids])


class Caller:
    """A browser without a network: asks a WSGI application and adds nearly no time of its own."""

    def __init__(self, app: Flask, path: str, **headers: str) -> None:
        self._app = app
        spelled = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self._environ = EnvironBuilder(path=path, headers=spelled).get_environ()

    def __call__(self) -> tuple[bytes, str, Any]:
        """(body, status line, headers) of one request, read to its end."""
        body, status, headers = run_wsgi_app(self._app, {**self._environ})
        return b"".join(body), status, headers


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile; the opening of a transaction is none."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@contextmanager
def driver_connection(url: str) -> Iterator[Any]:
    """A bare connection of the database's driver, as floors use it; statements take ``?`` or ``%s``."""
    engine = create_engine(url) if url.startswith("sqlite") else make_engine(url)
    connection = engine.raw_connection()
    yield connection.driver_connection
    connection.close()
    engine.dispose()


def interleaved(works: Mapping[str, Work], *, rounds: int, calls: int) -> dict[str, list[float]]:
    """Microseconds of CPU a call, one figure for each work and round; the order turns with each round."""
    for work in works.values():
        for _ in range(max(calls // 10, 5)):
            work()
    figures: dict[str, list[float]] = {name: [] for name in works}
    names = list(works)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            figures[name].append(_cpu_of(works[name], calls))
    return figures


def _cpu_of(work: Work, calls: int) -> float:
    gc.collect()
    begun = process_time()
    for _ in range(calls):
        work()
    return (process_time() - begun) / calls * 1e6


@dataclass(frozen=True, slots=True)
class Gate:
    """``product`` may cost at most ``at_most`` times ``floor``; for throughput ask at_most = 1 / at_least."""

    product: str
    floor: str
    at_most: float


def ratio(figures: Mapping[str, Sequence[float]], product: str, floor: str) -> float:
    """The ratio of the minima or of the medians, whichever the machine's noise spoilt less."""
    lowest = min(figures[product]) / min(figures[floor])
    middle = median(figures[product]) / median(figures[floor])
    return min(lowest, middle)


def judge(
    works: Mapping[str, Work], gates: Sequence[Gate], *, rounds: int, calls: int, decisive: bool = True
) -> bool:
    """Measure, print floor, product and ratio; a missed gate is measured once more before it counts.

    Not ``decisive`` where CPU means little: there the ratios are only a report.
    """
    missed = set(_run(works, gates, rounds, calls))
    if missed and decisive:
        print("measured again, because a busy machine misses gates too:")
        missed &= set(_run(works, gates, rounds, calls))
    for gate in sorted(missed, key=lambda one: one.product):
        print(f"MISSED {gate.product}: more than {gate.at_most:g} x {gate.floor}")
    return not (missed and decisive)


def _run(works: Mapping[str, Work], gates: Sequence[Gate], rounds: int, calls: int) -> list[Gate]:
    figures = interleaved(works, rounds=rounds, calls=calls)
    for name, values in figures.items():
        print(f"{name:<36} min {min(values):9.1f} us   median {median(values):9.1f} us")
    for gate in gates:
        found = ratio(figures, gate.product, gate.floor)
        print(f"{gate.product} / {gate.floor}: {found:.2f} (gate {gate.at_most:g})")
    return [gate for gate in gates if ratio(figures, gate.product, gate.floor) > gate.at_most]


def finish(*passed: bool) -> None:
    """End the script: 0 when everything passed, else 1."""
    sys.exit(0 if all(passed) else 1)
