"""The nightly end of points against set-based SQL by hand (path 11).

``python -m benchmarks.expiry [--database postgresql] [--lots N] [--rounds N]``. Each turn ends a generation
of ``--lots`` lots of its own (79,000 unless said otherwise), by the product in transactions of at most 5,000,
by hand in one transaction of four statements that write the same rows. Gates: at most 1.5 times the hand's
time, growth from a quarter of the lots at most N ** 1.2, every row as by hand, a second run writes none and
memory stays flat. SQLite is timed by CPU; on PostgreSQL the server does the work, so there the clock decides.
"""

import math
import resource
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks.support import (
    NOW,
    arguments,
    build_clinic,
    build_patients,
    build_rows,
    driver_connection,
    finish,
    fresh_database,
    opened,
    ratio,
)
from loyalty.kernel.database import make_engine
from loyalty.patients.models import PatientStats
from loyalty.points.models import LedgerEntry, Lot, LotUse
from loyalty.points.operations import expire_lots

AT_MOST, GROWTH, CHUNK, SLACK_KIB = 1.5, 1.2, 5000, 15 * 1024
LOTS_A_PATIENT, POINTS = 4, 10
FIRST = date(2024, 1, 1)
DUE = "remaining > 0 AND lots.valid_to < {0}"
ENTRIES = f"""
    INSERT INTO ledger_entries (patient_id, kind, points, at, key, rule, valid_to, actor_kind)
    SELECT patient_id, 'expire', -remaining, {{1}}, 'lot:' || id || ':expire', '', valid_to, 'system'
    FROM lots WHERE {DUE}"""
USES = f"""
    INSERT INTO lot_uses (entry_id, lot_id, points)
    SELECT e.id, lots.id, lots.remaining FROM lots
    JOIN ledger_entries e ON e.key = 'lot:' || lots.id || ':expire' WHERE {DUE}"""
BALANCES = f"""
    UPDATE patient_stats SET points_balance = points_balance - ended.points
    FROM (SELECT patient_id, sum(remaining) AS points FROM lots WHERE {DUE} GROUP BY patient_id) AS ended
    WHERE patient_stats.patient_id = ended.patient_id"""
BY_HAND = (ENTRIES, USES, BALANCES, f"UPDATE lots SET remaining = 0 WHERE {DUE}")


def build(session: Session, generations: list[int]) -> list[date]:
    """One generation of lots after the other, each with a last day of its own; their last days."""
    build_clinic(session)
    build_patients(session, range(1, max(generations) // LOTS_A_PATIENT + 2))
    numbers, days = count(1), []
    for turn, lots in enumerate(generations):
        days.append(FIRST + timedelta(days=turn))
        rows = [(next(numbers), 1 + place // LOTS_A_PATIENT) for place in range(lots)]
        _build_generation(session, rows, days[-1])
    session.execute(
        text(
            "UPDATE patient_stats SET points_balance = (SELECT coalesce(sum(remaining), 0) FROM lots"
            " WHERE lots.patient_id = patient_stats.patient_id)"
        )
    )
    _number_on(session, next(numbers))
    return days


def _build_generation(session: Session, rows: list[tuple[int, int]], valid_to: date) -> None:
    given = {"points": POINTS, "valid_to": valid_to}
    entry = {**given, "kind": "earn", "at": NOW, "rule": "money", "actor_kind": "system"}
    build_rows(
        session,
        LedgerEntry,
        [
            {**entry, "id": number, "patient_id": patient, "key": f"built:{number}"}
            for number, patient in rows
        ],
    )
    lot = {**given, "remaining": POINTS}
    build_rows(
        session,
        Lot,
        [{**lot, "id": number, "entry_id": number, "patient_id": patient} for number, patient in rows],
    )


def _number_on(session: Session, following: int) -> None:
    """PostgreSQL's own numbering does not learn of given ids."""
    if session.get_bind().dialect.name == "postgresql":
        for table in ("ledger_entries", "lots"):
            session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {following})"))


def by_product(url: str) -> Callable[[date], int]:
    """Ends everything before a day as the nightly job does; how many lots."""
    engine = make_engine(url)

    def run(today: date) -> int:
        ended = 0
        with Session(engine) as session:
            while done := expire_lots(session, today=today, now=NOW, limit=CHUNK):
                ended += done
                session.commit()
            session.rollback()
        return ended

    return run


def by_hand(connection: Any, is_sqlite: bool) -> Callable[[date], int]:
    """The same rows by four statements."""
    place = ("?1", "?2") if is_sqlite else ("%(today)s", "%(now)s")
    if is_sqlite:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    def run(today: date) -> int:
        cursor = connection.cursor()
        for statement in BY_HAND:
            sent = statement.format(*place)
            if is_sqlite:
                now = NOW.strftime("%Y-%m-%d %H:%M:%S.%f")
                cursor.execute(sent, (today.isoformat(), now)[: 2 if place[1] in sent else 1])
            else:
                cursor.execute(sent, {"today": today, "now": NOW})
        connection.commit()
        return int(cursor.rowcount)

    return run


def fits(url: str, generations: list[int]) -> bool:
    """Both sides left the rows that the lots call for, and no balance behind."""
    engine = make_engine(url)
    with Session(engine) as session:
        ended = session.scalar(select(func.count()).where(LedgerEntry.kind == "expire"))
        uses = session.scalar(select(func.sum(LotUse.points)))
        left = session.scalar(select(func.sum(Lot.remaining)))
        balances = session.scalar(select(func.sum(PatientStats.points_balance)))
    engine.dispose()
    found = (ended, uses, left, balances) == (sum(generations), POINTS * sum(generations), 0, 0)
    print(f"lots ended: {ended} of {sum(generations)}; rows fit: {found}")
    return found


def peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    given = arguments(__doc__ or "", lots=79_000)
    is_sqlite = given.database == "sqlite"
    clock = process_time if is_sqlite else perf_counter
    sizes = [given.lots, given.lots, given.lots // 4] * given.rounds
    with fresh_database(given.database) as url:
        with opened(url) as session:
            days = build(session, sizes)
        with driver_connection(url) as connection:
            works = [("product", by_product(url)), ("hand", by_hand(connection, is_sqlite))]
            works.append(("quarter", works[0][1]))
            figures: dict[str, list[float]] = {name: [] for name, _ in works}
            before, ended = peak_kib(), []
            for turn, day in enumerate(days):
                name, work = works[turn % len(works)]
                begun = clock()
                ended.append(work(day + timedelta(days=1)))
                figures[name].append(clock() - begun)
            again = works[0][1](days[-1] + timedelta(days=1))
        whole = ended == sizes and fits(url, sizes)
        grown = peak_kib() - before
    for name, values in figures.items():
        print(f"{name:<8} min {min(values):7.3f} s   median {sorted(values)[len(values) // 2]:7.3f} s")
    times = ratio(figures, "product", "hand")
    exponent = math.log(ratio(figures, "product", "quarter"), 4)
    print(f"product / hand: {times:.2f} (gate {AT_MOST:g}); growth exponent {exponent:.2f} (gate {GROWTH:g})")
    print(f"second run: {again} lots; memory grew by {grown} KiB (gate {SLACK_KIB})")
    finish(times <= AT_MOST, exponent <= GROWTH, whole, again == 0, grown <= SLACK_KIB)


if __name__ == "__main__":
    main()
