"""Whatever comes in whatever order: the balance is the sum, no lot is below zero, nothing counts twice."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import PatientStats
from loyalty.points import operations as points
from loyalty.points import queries
from loyalty.points.models import LedgerEntry, Lot, LotUse, ManualEntry
from loyalty.visits.models import Visit
from loyalty.visits.operations import refund_visit
from tests.points.books import HOA
from tests.points.rulebook import in_force
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, open_clinic, person


class Ledger(RuleBasedStateMachine):
    """One patient's points over the months, played through the operations, each act twice."""

    session: Session

    def __init__(self) -> None:
        super().__init__()
        self.patient = person(self.session, "Nguyễn Thị An")
        self.now = NOON
        self.visits: list[int] = []
        self.spent: dict[str, int] = {}
        self.held = 0
        self.step = 0

    @property
    def today(self) -> date:
        return (self.now + timedelta(hours=7)).date()

    @property
    def available(self) -> int:
        return queries.available(self.session, self.patient.id, self.today)

    def key(self) -> str:
        self.step += 1
        return f"{self.patient.id}-{self.step}"

    def total(self, *about: Any) -> int:
        query = select(func.coalesce(func.sum(LedgerEntry.points), 0)).where(*about)
        return self.session.scalar(query.where(LedgerEntry.patient_id == self.patient.id)) or 0

    def act(self, done: Callable[[], Any]) -> str | None:
        """Do it in a transaction of its own; the code of the refusal, after which nothing has changed."""
        try:
            done()
            commit(self.session, self.now)
        except Refusal as refusal:
            self.session.rollback()
            return refusal.code
        return None

    @rule(amount=st.integers(0, 3_000_000))
    def visit(self, amount: int) -> None:
        key = self.key()
        first = complete(self.session, self.patient, amount, self.now, form_key=key)
        assert complete(self.session, self.patient, amount, self.now, form_key=key) == first
        self.visits.append(first)

    @rule(data=st.data(), amount=st.integers(1, 2_000_000))
    def refund(self, data: st.DataObject, amount: int) -> None:
        if not self.visits:
            return
        visit_id, key = data.draw(st.sampled_from(self.visits)), self.key()

        def give_back() -> None:
            refund_visit(
                self.session, visit_id=visit_id, key=key, amount_minor=amount, actor=LAN, now=self.now
            )

        first = self.act(give_back)
        balance = self.total()
        assert (self.act(give_back), self.total()) == (first, balance)
        assert first in (None, "refund_exceeds_paid")
        self.check_clawback(visit_id)

    def check_clawback(self, visit_id: int) -> None:
        own = LedgerEntry.visit_id == visit_id
        earned = self.total(own, LedgerEntry.kind.in_(("earn", "bonus")))
        taken = -self.total(own, LedgerEntry.kind == "reverse")
        visit = self.session.get_one(Visit, visit_id, populate_existing=True)
        left = visit.paid_minor - visit.refunded_minor
        assert 0 <= taken <= earned
        assert earned - taken == left * 3 // (2 * 10_000) + (5 if left else 0)

    @rule(amount=st.integers(1, 300))
    def spend(self, amount: int) -> None:
        before, key = self.available, self.key()

        def pay() -> None:
            points.redeem(
                self.session,
                patient_id=self.patient.id,
                points=amount,
                key=key,
                today=self.today,
                actor=LAN,
                now=self.now,
            )

        if self.act(pay) is not None:
            assert amount > before
            return
        assert (self.act(pay), self.available) == (None, before - amount)
        self.spent[key] = amount

    @rule(data=st.data(), part=st.one_of(st.none(), st.integers(1, 300)))
    def undo(self, data: st.DataObject, part: int | None) -> None:
        """Undo a redemption, in full or in part, perhaps after its lots have ended (P11)."""
        if not self.spent:
            return
        of, key = data.draw(st.sampled_from(sorted(self.spent))), self.key()
        before = self.total()
        ended = -self.total(LedgerEntry.kind == "expire")
        back: list[int] = []

        def restore() -> None:
            back.append(
                points.restore_redemption(
                    self.session,
                    patient_id=self.patient.id,
                    redeem_key=of,
                    key=key,
                    points=part,
                    today=self.today,
                    actor=LAN,
                    now=self.now,
                )
            )

        refused = self.act(restore)
        if refused is not None:
            assert (refused, (part or 0) > self.spent[of], self.total()) == ("restore_too_much", True, before)
            return
        assert back == [self.spent[of] if part is None else part]
        self.spent[of] -= back[0]
        ended_now = -self.total(LedgerEntry.kind == "expire") - ended
        assert (self.total(), 0 <= ended_now <= back[0]) == (before + back[0] - ended_now, True)
        if part is not None:
            assert (self.act(restore), back[1], self.total()) == (None, 0, before + back[0] - ended_now)

    @rule(amount=st.integers(1, 200))
    def set_aside(self, amount: int) -> None:
        before = self.available
        refused = self.act(
            lambda: points.hold(
                self.session,
                patient_id=self.patient.id,
                points=amount,
                today=self.today,
                actor=LAN,
                now=self.now,
            )
        )
        assert (refused == "not_enough_points") == (amount > before)
        self.held += 0 if refused else amount
        assert self.available == before - (0 if refused else amount)

    @rule(data=st.data())
    def let_go(self, data: st.DataObject) -> None:
        amount, before = data.draw(st.integers(0, self.held)), self.available
        points.release_hold(self.session, patient_id=self.patient.id, points=amount)
        self.session.commit()
        self.held -= amount
        assert self.available == before + amount

    @rule(amount=st.integers(-600, 600), days=st.one_of(st.none(), st.integers(0, 60)))
    def by_hand(self, amount: int, days: int | None) -> None:
        """Give or take points; a large change waits until a second person agrees (P15)."""
        before, key = self.total(), self.key()
        free = self.available

        def adjust() -> None:
            points.adjust_points(
                self.session,
                patient_id=self.patient.id,
                points=amount,
                reason="because",
                key=key,
                valid_to=None if days is None else self.today + timedelta(days=days),
                actor=HOA,
                now=self.now,
            )

        refused = self.act(adjust)
        if amount == 0 or -500 <= amount < -max(0, free):
            assert (refused, self.total()) == ("not_enough_points" if amount else "points_zero", before)
            return
        assert (refused, self.act(adjust)) == (None, None)
        assert self.total() == before + (amount if abs(amount) <= 500 else 0)

    @rule(approve=st.booleans())
    def decide(self, approve: bool) -> None:
        waiting = self.session.scalars(
            select(ManualEntry)
            .where(ManualEntry.patient_id == self.patient.id, ManualEntry.state == "waiting")
            .order_by(ManualEntry.id)
        ).all()
        if not waiting:
            return
        entry, before, free = waiting[0], self.total(), self.available
        amount, entry_id, ends = entry.points, entry.id, entry.valid_to
        refused = self.act(
            lambda: points.decide_manual_entry(
                self.session, entry_id=entry_id, approve=approve, refusal="no", actor=LAN, now=self.now
            )
        )
        if approve and amount < 0 and -amount > free:
            assert (refused, self.total()) == ("not_enough_points", before)
        elif approve and ends is not None and ends < self.today:
            assert (refused, self.total()) == ("last_day_past", before)
        else:
            assert (refused, self.total()) == (None, before + (amount if approve else 0))

    @rule(days=st.integers(1, 120))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def past_a_last_day(self) -> None:
        """The whole last day counts, the next one does not (TM3), whether or not the job runs (TM4)."""
        ending = queries.next_expiry(self.session, self.patient.id, self.today)
        if ending is None:
            return
        amount, last = ending
        self.now += timedelta(days=(last - self.today).days)
        before = self.available
        self.now += timedelta(days=1)
        assert self.available == before - amount

    @rule()
    def expire(self) -> None:
        before = self.available
        points.expire_lots(self.session, today=self.today, now=self.now)
        assert points.expire_lots(self.session, today=self.today, now=self.now) == 0
        commit(self.session, self.now)
        assert self.available == before

    @invariant()
    def adds_up(self) -> None:
        held = self.session.scalar(
            select(func.coalesce(func.sum(Lot.remaining), 0)).where(Lot.patient_id == self.patient.id)
        )
        stats = self.session.get_one(PatientStats, self.patient.id, populate_existing=True)
        assert stats.points_balance == self.total() == (held or 0) - stats.points_debt
        assert (stats.points_held, min(stats.points_debt, 0)) == (self.held, 0)

    @invariant()
    def redemptions_are_in_the_lots(self) -> None:
        left = dict(
            self.session.execute(
                select(LedgerEntry.key, func.sum(LotUse.points - LotUse.restored))
                .join(LotUse, LotUse.entry_id == LedgerEntry.id)
                .where(LedgerEntry.patient_id == self.patient.id, LedgerEntry.kind == "redeem")
                .group_by(LedgerEntry.key)
            ).all()
        )
        assert left == self.spent


def test_p1_to_p15_the_ledger_adds_up_in_any_order(session: Session) -> None:
    open_clinic(session)
    in_force(session, "half-more", percent=150)
    in_force(session, "thanks", points=5)
    machine = type("LedgerHere", (Ledger,), {"session": session})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
