"""The floor of path 5: a visit's rows written by prepared driver statements, as a careful hand would."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from benchmarks.support import NOW


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
