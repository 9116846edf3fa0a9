"""Whatever comes in whatever order: the balance is the sum, no lot is below zero, nothing counts twice."""

from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import PatientStats
from loyalty.points import operations as points
from loyalty.points import queries
from loyalty.points.models import LedgerEntry, Lot
from loyalty.visits.models import Visit
from loyalty.visits.operations import refund_visit
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, open_clinic, person


class Ledger(RuleBasedStateMachine):
    """One patient's points over the months, played through the operations."""

    session: Session

    def __init__(self) -> None:
        super().__init__()
        session = self.session
        self.patient = person(session, "Nguyễn Thị An")
        self.now = NOON
        self.visits: list[int] = []
        self.step = 0

    @property
    def today(self) -> date:
        return (self.now + timedelta(hours=7)).date()

    def key(self) -> str:
        self.step += 1
        return f"{self.patient.id}-{self.step}"

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
        try:
            for _ in range(2):
                refund_visit(
                    self.session, visit_id=visit_id, key=key, amount_minor=amount, actor=LAN, now=self.now
                )
                commit(self.session, self.now)
        except Refusal as refusal:
            self.session.rollback()
            assert refusal.code == "refund_exceeds_paid"  # noqa: PT017 - either end is right
        self.check_clawback(visit_id)

    def check_clawback(self, visit_id: int) -> None:
        def total(*kinds: str) -> int:
            return (
                self.session.scalar(
                    select(func.coalesce(func.sum(LedgerEntry.points), 0)).where(
                        LedgerEntry.visit_id == visit_id, LedgerEntry.kind.in_(kinds)
                    )
                )
                or 0
            )

        visit = self.session.get_one(Visit, visit_id)
        assert 0 <= -total("reverse") <= total("earn")
        assert total("earn", "reverse") == (visit.paid_minor - visit.refunded_minor) // 10_000

    @rule(amount=st.integers(1, 200))
    def spend(self, amount: int) -> None:
        before = queries.available(self.session, self.patient.id, self.today)
        try:
            points.redeem(
                self.session,
                patient_id=self.patient.id,
                points=amount,
                key=self.key(),
                today=self.today,
                actor=LAN,
                now=self.now,
            )
            commit(self.session, self.now)
            assert amount <= before
        except Refusal:
            self.session.rollback()
            assert amount > before

    @rule(days=st.integers(1, 120))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def expire(self) -> None:
        before = queries.available(self.session, self.patient.id, self.today)
        points.expire_lots(self.session, today=self.today, now=self.now)
        assert points.expire_lots(self.session, today=self.today, now=self.now) == 0
        commit(self.session, self.now)
        assert queries.available(self.session, self.patient.id, self.today) == before

    @invariant()
    def adds_up(self) -> None:
        own = LedgerEntry.patient_id == self.patient.id
        entries = self.session.scalar(select(func.coalesce(func.sum(LedgerEntry.points), 0)).where(own))
        held = self.session.scalar(
            select(func.coalesce(func.sum(Lot.remaining), 0)).where(Lot.patient_id == self.patient.id)
        )
        stats = self.session.get_one(PatientStats, self.patient.id, populate_existing=True)
        assert stats.points_balance == entries == (held or 0) - stats.points_debt


def test_p1_to_p13_the_ledger_adds_up_in_any_order(session: Session) -> None:
    open_clinic(session)
    machine = type("LedgerHere", (Ledger,), {"session": session})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
