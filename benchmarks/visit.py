"""Registering a visit, with all that follows, against the same row changes by hand SQL (path 5).

``python -m benchmarks.visit [--database postgresql] [--calls N]``. Each call is one transaction of a referred
friend's first paid visit: visit, two lines, payment, audit entry, three ledger entries and lots, two summary
rows, two tiers, the referral, badges and messages. The floor writes the same rows by prepared driver
statements and reads what a careful hand would read. Gates: one commit, at least 0.35 (SQLite) of the floor's
rate; on PostgreSQL, where waiting is most of the time, at least 0.5 by the clock.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from time import perf_counter
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from benchmarks.support import (
    NOW,
    Gate,
    arguments,
    build_clinic,
    build_patients,
    build_rows,
    driver_connection,
    finish,
    fresh_database,
    judge,
    opened,
    ratio,
)
from benchmarks.visit_by_hand import ByHand
from loyalty.clinic.models import Service
from loyalty.kernel.actor import Actor
from loyalty.kernel.database import make_engine
from loyalty.kernel.events import settle
from loyalty.kernel.localized import LocalizedText
from loyalty.points.models import LedgerEntry
from loyalty.reactions.table import REACTIONS
from loyalty.referrals.models import InviteCode, Referral
from loyalty.settlement.operations import register_visit
from loyalty.settlement.rules import Line, Paid
from loyalty.visits.models import Visit

AT_LEAST = {"sqlite": 0.35, "postgresql": 0.5}
DESK = Actor("staff", None)
TERMS = {
    "reward_points": 100,
    "pack_percent": 20,
    "minimum_bill_minor": 0,
    "window_days": 180,
    "life_months": 6,
}


def build(session: Session, pairs: int) -> None:
    """``pairs`` referrers (ids 1 …) and as many friends behind them, each pair with its referral."""
    build_clinic(session)
    session.add(Service(id=1, code="cleaning", name=LocalizedText.of("cleaning")))
    session.flush()
    build_patients(session, range(1, 2 * pairs + 1))
    build_rows(
        session,
        InviteCode,
        [
            {"id": number, "patient_id": number, "code": f"CODE{number}", "created_at": NOW}
            for number in range(1, pairs + 1)
        ],
    )
    build_rows(
        session,
        Referral,
        [
            {
                "id": number,
                "referrer_id": number,
                "friend_id": pairs + number,
                "code_id": number,
                "origin": "desk",
                "stage": "registered",
                "attributed_at": NOW - timedelta(days=1),
                "expires_at": NOW + timedelta(days=179),
                "terms": TERMS,
            }
            for number in range(1, pairs + 1)
        ],
    )


class Product:
    """Registers the visit of the next friend through the product's own operations."""

    def __init__(self, url: str, friends: Iterator[int]) -> None:
        self.engine = make_engine(url)
        self.friends = friends

    def __call__(self) -> None:
        friend = next(self.friends)
        now = NOW + timedelta(milliseconds=friend)
        with Session(self.engine) as session:
            register_visit(
                session,
                patient_id=friend,
                lines=[Line(1, 1_000_000), Line(1, 500_000)],
                payments=[Paid("cash", 1_500_000, now)],
                form_key=f"form-{friend}",
                actor=DESK,
                now=now,
            )
            settle(session, REACTIONS, now)
            session.commit()


def check_the_work(url: str, calls: int) -> bool:
    """Both sides left the same number of rows behind, and the product commits once a visit."""
    engine = make_engine(url)
    with Session(engine) as session:
        made = session.scalars(select(Visit.form_key)).all()
        entries = session.scalars(select(LedgerEntry.key)).all()
    hand = sum(key.startswith("hand") for key in made if key)
    hand_entries = sum(key.startswith("hand") for key in entries)
    fits = (len(entries) - hand_entries) == 3 * (len(made) - hand) and hand_entries == 3 * hand
    print(f"visits: {len(made) - hand} by the product, {hand} by hand; ledger entries fit: {fits}")
    return fits


def commits_of_one(product: Product) -> int:
    """How many commits registering one visit takes."""
    seen: list[None] = []

    def note(_connection: Any) -> None:
        seen.append(None)

    event.listen(product.engine, "commit", note)
    product()
    event.remove(product.engine, "commit", note)
    return len(seen)


def by_the_clock(product: Product, hand: ByHand, rounds: int, calls: int) -> float:
    """The floor's share of wall time: both sides in turns, the better of minima and medians."""
    figures: dict[str, list[float]] = {"product": [], "hand": []}
    for _ in range(rounds):
        for name, work in (("product", product), ("hand", hand)):
            begun = perf_counter()
            for _ in range(calls):
                work()
            figures[name].append((perf_counter() - begun) / calls)
    return ratio(figures, "product", "hand")


def main() -> None:
    given = arguments(__doc__ or "", calls=100)
    turns = 2 * (given.rounds + 2) * given.calls
    pairs = 3 * turns
    with fresh_database(given.database) as url:
        with opened(url) as session:
            build(session, pairs)
        with driver_connection(url) as connection:
            is_sqlite = given.database == "sqlite"
            friends = count(pairs + 1)
            product = Product(url, friends)
            hand = ByHand(connection, is_sqlite, pairs, friends)
            commits = commits_of_one(product)
            print(f"commits a visit: {commits}")
            least = AT_LEAST[given.database]
            if is_sqlite:
                gate = Gate("product", "hand", 1 / least)
                fast = judge(
                    {"product": product, "hand": hand}, [gate], rounds=given.rounds, calls=given.calls
                )
            else:
                found = by_the_clock(product, hand, given.rounds, given.calls)
                fast = found <= 1 / least
                print(f"product / hand by the clock: {found:.2f} (gate {1 / least:g})")
        fits = check_the_work(url, given.calls)
        product.engine.dispose()
    finish(fast, fits, commits == 1)


if __name__ == "__main__":
    main()
