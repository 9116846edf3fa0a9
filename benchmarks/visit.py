"""Registering a visit, with all that follows, against the same row changes by hand SQL (path 5).

``python -m benchmarks.visit [--database postgresql] [--calls N]``. Each call is one transaction of a referred
friend's first paid visit: visit, two lines, payment, audit entry, three ledger entries and lots, two summary
rows, two tiers, the referral, badges and messages. The floor writes the same rows by prepared driver
statements and reads what a careful hand would read. Gates: one commit, at least 0.35 (SQLite) of the floor's
rate; on PostgreSQL, where waiting is most of the time, at least 0.5 by the clock.
"""

from collections.abc import Iterator
from datetime import date, timedelta
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


class ByHand:
    """The same rows by the driver alone; only what decides is read, each once."""

    def __init__(self, connection: Any, is_sqlite: bool, pairs: int, friends: Iterator[int]) -> None:
        self.connection, self.is_sqlite = connection, is_sqlite
        self.pairs, self.friends = pairs, friends
        self.ends = "2027-06-01" if is_sqlite else date(2027, 6, 1)
        if is_sqlite:
            connection.isolation_level = None
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
        self.cursor = connection.cursor()

    def run(self, statement: str, *values: Any) -> Any:
        self.cursor.execute(statement if self.is_sqlite else statement.replace("?", "%s"), values)
        return self.cursor

    def insert(self, table: str, **row: Any) -> int:
        places = ", ".join("?" * len(row))
        names = ", ".join(f'"{name}"' for name in row)
        return int(
            self.run(
                f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING id", *row.values()
            ).fetchone()[0]
        )

    def add(self, table: str, **row: Any) -> None:
        places = ", ".join("?" * len(row))
        names = ", ".join(f'"{name}"' for name in row)
        self.run(f"INSERT INTO {table} ({names}) VALUES ({places})", *row.values())

    def __call__(self) -> None:
        friend = next(self.friends)
        referrer = friend - self.pairs
        now = NOW + timedelta(milliseconds=friend)
        self.now = now.strftime("%Y-%m-%d %H:%M:%S.%f") if self.is_sqlite else now
        if self.is_sqlite:
            self.run("BEGIN IMMEDIATE")
        lock = "" if self.is_sqlite else " FOR UPDATE OF s"
        self.run("SELECT id FROM visits WHERE form_key = ?", f"hand-{friend}").fetchone()
        self.run(
            "SELECT s.visit_count, r.id, r.stage, r.terms FROM patients p"
            " JOIN patient_stats s ON s.patient_id = p.id"
            f" LEFT JOIN referrals r ON r.friend_id = p.id WHERE p.id = ?{lock}",
            friend,
        ).fetchone()
        self.run(
            f"SELECT s.referral_count, s.tier FROM patient_stats s WHERE s.patient_id = ?{lock}", referrer
        ).fetchone()
        visit = self._visit(friend)
        self._points(friend, visit, 150, f"hand-visit:{visit}", "earn", visit_id=visit)
        for half in ("first", "second"):
            self._points(
                referrer, visit, 50, f"hand-referral:{referrer}:{half}", "referral", referral_id=referrer
            )
        self.run(
            "UPDATE referrals SET stage = 'qualified', booked_at = ?, arrived_at = ?, qualified_at = ?,"
            " qualifying_visit_id = ?, first_half_points = 50, second_half_points = 50"
            " WHERE id = ? AND stage = 'registered'",
            self.now,
            self.now,
            self.now,
            visit,
            referrer,
        )
        self.run(
            "UPDATE patient_stats SET visit_count = visit_count + 1, first_visit_at = ?, last_visit_at = ?,"
            " spend_minor = spend_minor + ?, points_balance = points_balance + 150, tier = 'member',"
            " tier_since = ? WHERE patient_id = ?",
            self.now,
            self.now,
            1_500_000,
            self.now,
            friend,
        )
        self.run(
            "UPDATE patient_stats SET referral_count = referral_count + 1, tier = 'silver', tier_since = ?,"
            " points_balance = points_balance + 100 WHERE patient_id = ?",
            self.now,
            referrer,
        )
        for patient, tier, badge, steps in (
            (friend, "member", "first-visit", ("points-earned", "tier-reached")),
            (referrer, "silver", "first-friend", ("referral-advanced", "tier-reached")),
        ):
            self._standing(patient, tier, badge, steps)
        self.connection.commit()

    def _visit(self, friend: int) -> int:
        visit = self.insert(
            "visits",
            form_key=f"hand-{friend}",
            patient_id=friend,
            status="completed",
            origin="desk",
            scheduled_at=self.now,
            arrived_at=self.now,
            completed_at=self.now,
            gross_minor=1_500_000,
            discount_minor=0,
            points_used=0,
            points_value_minor=0,
            due_minor=1_500_000,
            paid_minor=1_500_000,
            refunded_minor=0,
            created_at=self.now,
            version=1,
        )
        for position, amount in enumerate((1_000_000, 500_000)):
            self.add(
                "bill_lines",
                visit_id=visit,
                position=position,
                service_id=1,
                quantity=1,
                amount_minor=amount,
                discount_minor=0,
            )
        self.add("payments", visit_id=visit, external_id="cash", amount_minor=1_500_000, paid_at=self.now)
        self.add(
            "audit_entries",
            at=self.now,
            actor_kind="staff",
            action="visit.completed",
            object_kind="visit",
            object_id=str(visit),
            patient_id=friend,
            after='{"due_minor":1500000,"paid_minor":1500000}',
        )
        return visit

    def _points(self, patient: int, visit: int, points: int, key: str, kind: str, **cause: int) -> None:
        entry = self.insert(
            "ledger_entries",
            patient_id=patient,
            kind=kind,
            points=points,
            at=self.now,
            key=key,
            rule="money",
            valid_to=self.ends,
            actor_kind="system",
            **cause,
        )
        self.add(
            "lots", entry_id=entry, patient_id=patient, points=points, remaining=points, valid_to=self.ends
        )

    def _standing(self, patient: int, tier: str, badge: str, steps: tuple[str, str]) -> None:
        self.add("tier_changes", patient_id=patient, to_tier=tier, at=self.now, reason="visit")
        self.add("badge_awards", patient_id=patient, badge=badge, at=self.now)
        for step in steps:
            self.add(
                "messages",
                key=f"hand:{patient}:{step}",
                patient_id=patient,
                step=step,
                purpose="care",
                values='{"points":150}',
                state="queued",
                due_at=self.now,
                attempts=0,
                created_at=self.now,
            )


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
