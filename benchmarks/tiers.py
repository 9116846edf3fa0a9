"""The nightly tier review of everybody against the set-based SQL that does the same by hand.

``python -m benchmarks.tiers [--database postgresql] [--patients 1000000] [--windowed N]``. One patient in 200
rises and one in 200 is told a fall; both sides write the same rows and the same history. Gates: at most 1.5
times the floor for a lifetime and for rolling twelve months, growth with an exponent of at most 1.2, exactly
the changed rows written, nothing in a second run, at most 5,000 rows a transaction, flat memory. Messages to
those who rose are queued by reactions, which are no part of it. On SQLite the CPU decides, on PostgreSQL,
whose server works outside of this process, the wall clock is printed and the counts decide.
"""

import gc
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from math import log
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from benchmarks.support import NOW, arguments, build_clinic, build_patients, fresh_database, opened
from loyalty.clinic.operations import change_setting
from loyalty.clinic.queries import programme
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import make_engine, table_of
from loyalty.kernel.events import settle
from loyalty.tiers.operations import review_all
from loyalty.visits.models import Visit

AT_MOST, EXPONENT, BATCH, GROWTH_MB = 1.5, 1.2, 5000, 60
TODAY = date(2026, 12, 1)
FALLS_ON, SINCE = TODAY + timedelta(days=30), date(2025, 12, 2)
#: Every patient's visits, by her number: one to nine of them.
VISITS = "1 + patient_id % 9"
WANTED = (
    "CASE WHEN {0} >= 20 OR {1} >= 8 THEN 'black' WHEN {0} >= 8 OR {1} >= 3 THEN 'gold'"
    " WHEN {0} >= 3 OR {1} >= 1 THEN 'silver' WHEN {0} >= 1 THEN 'member' END"
)
#: Of each two hundred numbers there is one who will rise and one who will be told a fall.
PLANT = (
    f"UPDATE patient_stats SET visit_count = {VISITS}, tier_falls_on = NULL, tier ="
    f" CASE WHEN patient_id % 200 = 7 THEN 'member' WHEN patient_id % 200 = 99 THEN 'black'"
    f" ELSE {WANTED.format(f'({VISITS})', '0')} END WHERE tier IS NULL OR patient_id % 200 IN (7, 99)"
)
RISEN = (
    "INSERT INTO tier_changes (patient_id, from_tier, to_tier, at, reason)"
    " SELECT s.patient_id, s.tier, {wanted}, :now, 'review' FROM {rows} WHERE {rises}"
)
WRITE = (
    "UPDATE patient_stats AS s SET tier = CASE WHEN s.tier = 'black' THEN s.tier ELSE {wanted} END,"
    " tier_since = CASE WHEN s.tier = 'black' THEN s.tier_since ELSE :now END,"
    " tier_falls_on = CASE WHEN s.tier = 'black' THEN :falls_on END"
)
COUNTED = (
    "(SELECT p.patient_id, coalesce(v.visits, 0) AS visits, coalesce(r.friends, 0) AS friends FROM"
    " patient_stats p LEFT JOIN (SELECT patient_id, count(*) AS visits FROM visits"
    " WHERE status = 'completed' AND completed_on >= :since AND paid_minor >= due_minor"
    " AND (refunded_minor < paid_minor OR paid_minor = 0) GROUP BY patient_id) v"
    " ON v.patient_id = p.patient_id LEFT JOIN (SELECT referrer_id, count(*) AS friends FROM referrals"
    " WHERE stage = 'qualified' AND qualified_at >= :since GROUP BY referrer_id) r"
    " ON r.referrer_id = p.patient_id) c"
)


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of this process and of the clock, and rows written."""

    cpu: float
    wall: float
    rows: int


def lifetime_by_hand(session: Session) -> int:
    wanted = WANTED.format("s.visit_count", "s.referral_count")
    wrong = f"s.tier <> {wanted} AND s.tier_falls_on IS NULL"
    risen = RISEN.format(wanted=wanted, rows="patient_stats s", rises=f"{wrong} AND s.tier <> 'black'")
    return _by_hand(session, risen, f"{WRITE.format(wanted=wanted)} WHERE {wrong}")


def window_by_hand(session: Session) -> int:
    wanted = WANTED.format("c.visits", "c.friends")
    wrong = f"s.tier <> {wanted} AND s.tier_falls_on IS NULL"
    joined = f"patient_stats s JOIN {COUNTED} ON c.patient_id = s.patient_id"
    risen = RISEN.format(wanted=wanted, rows=joined, rises=f"{wrong} AND s.tier <> 'black'")
    write = f"{WRITE.format(wanted=wanted)} FROM {COUNTED} WHERE c.patient_id = s.patient_id AND {wrong}"
    return _by_hand(session, risen, write)


def _by_hand(session: Session, risen: str, write: str) -> int:
    values = {"now": NOW, "falls_on": FALLS_ON, "since": SINCE}
    if session.get_bind().dialect.name == "sqlite":
        values = {name: str(value).removesuffix("+00:00") for name, value in values.items()}
    session.execute(text(risen), values)
    return int(session.execute(text(write), values).rowcount)  # type: ignore[attr-defined]


def by_product(session: Session) -> int:
    """As the nightly job does it, in transactions of its own."""
    changed, last = 0, 0
    while True:
        done = review_all(session, setup=programme(session), now=NOW, after=last, limit=BATCH)
        settle(session, {}, NOW)
        session.commit()
        changed += done.changed
        if done.last is None:
            return changed
        last = done.last


def timed(engine: Engine, work: Callable[[Session], int]) -> Took:
    """One side's work on freshly planted rows, as a process does it that has done it before."""
    with Session(engine) as session:
        session.execute(text(PLANT))
        session.execute(text("DELETE FROM tier_changes"))
        session.commit()
        gc.collect()
        cpu, wall = process_time(), perf_counter()
        rows = work(session)
        session.commit()
        took = Took(process_time() - cpu, perf_counter() - wall, rows)
        steps = session.execute(text("SELECT count(*) FROM tier_changes")).scalar_one()
        if work is by_product and by_product(session):
            sys.exit("MISSED: the second run wrote rows")
    print(f"  {work.__name__:<18} cpu {took.cpu:.3f} s  wall {took.wall:.3f} s  {rows} rows, {steps} steps")
    return took


def compared(engine: Engine, by_hand: Callable[[Session], int], rounds: int) -> tuple[float, float, bool]:
    """The product's best time, its ratio to the floor's best, and whether both wrote as many rows."""
    pairs = [(timed(engine, by_hand), timed(engine, by_product)) for _ in range(rounds)]
    clock = "cpu" if engine.dialect.name == "sqlite" else "wall"
    floor, product = (min(getattr(pair[side], clock) for pair in pairs) for side in (0, 1))
    return product, product / floor, all(one.rows == other.rows > 0 for one, other in pairs)


def tidy(engine: Engine) -> None:
    """What a server does by itself in time: the building left a dead version of every row."""
    command = "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(command))


def build(url: str, patients: int, *, visits: bool) -> None:
    with opened(url) as session:
        build_clinic(session)
        for start in range(1, patients + 1, 50_000):
            build_patients(session, range(start, min(start + 50_000, patients + 1)))
        if visits:
            change_setting(session, key="tiers.window", text="rolling_12_months", actor=SYSTEM, now=NOW)
            for number in range(1, patients + 1, 1000):
                rows = [
                    row for one in range(number, min(number + 1000, patients + 1)) for row in _visits(one)
                ]
                session.connection().execute(insert(table_of(Visit)), rows)


def _visits(patient_id: int) -> list[dict[str, Any]]:
    """So many visits in the last months as the summary says, and as many long before."""
    days = [TODAY - timedelta(days=10 + 20 * n) for n in range(1 + patient_id % 9)]
    return [
        {
            "patient_id": patient_id,
            "status": "completed",
            "origin": "import",
            "scheduled_at": NOW,
            "completed_at": NOW - timedelta(days=(TODAY - day).days),
            "completed_on": day,
            "due_minor": 1000,
            "paid_minor": 1000,
            "created_at": NOW,
        }
        for day in (*days, *(day - timedelta(days=500) for day in days))
    ]


def measured(kind: str, patients: int, rounds: int, *, window: bool) -> tuple[float, float, bool]:
    by_hand = window_by_hand if window else lifetime_by_hand
    with fresh_database(kind) as url:
        build(url, patients, visits=window)
        print(f"{patients} patients, {'rolling twelve months' if window else 'lifetime'}")
        engine = make_engine(url)
        for work in (by_hand, by_product):
            timed(engine, work)
        tidy(engine)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds, ratio, alike = compared(engine, by_hand, rounds)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        engine.dispose()
    print(f"  product / floor: {ratio:.2f} (gate {AT_MOST}); memory +{grown:.0f} MB (gate {GROWTH_MB})")
    return seconds, ratio, alike and grown <= GROWTH_MB


def main() -> None:
    given = arguments(__doc__ or "", patients=200_000, windowed=20_000)
    decisive, passed = given.database == "sqlite", True
    for most, window in ((given.patients, False), (given.windowed, True)):
        small = measured(given.database, most // 4, given.rounds, window=window)
        large = measured(given.database, most, given.rounds, window=window)
        exponent = log(large[0] / small[0]) / log(4)
        print(f"growth from {most // 4} to {most} patients: exponent {exponent:.2f} (gate {EXPONENT})")
        fast = large[1] <= AT_MOST and exponent <= EXPONENT
        passed &= small[2] and large[2] and (fast or not decisive)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
