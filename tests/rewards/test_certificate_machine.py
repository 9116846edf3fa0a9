"""Whatever happens to a certificate in whatever order: its balance is the sum of its entries (V4)."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.rewards import operations as rewards
from loyalty.rewards.models import Certificate, CertificateEntry
from tests.rewards.scenes import a_visit
from tests.support.acting import commit
from tests.support.cast import LAN, NOON

AMOUNTS = st.integers(1, 700)


class OneCertificate(RuleBasedStateMachine):
    """A certificate of 1,000, two visits that use it, and everything that may happen to it."""

    session: Session
    visits: list[int]

    def __init__(self) -> None:
        super().__init__()
        self.card = rewards.sell_certificate(self.session, amount_minor=1000, actor=LAN, now=NOON).id
        commit(self.session, NOON)
        self.used = dict.fromkeys(self.visits, 0)
        self.held = self.paid_out = self.step = 0

    @property
    def left(self) -> int:
        return 1000 - sum(self.used.values()) - self.paid_out

    def attempt(self, possible: bool, act: object, **given: object) -> bool:
        """Do it, twice under one key where it has one; it must succeed exactly when it is possible."""
        assert callable(act)
        try:
            act(self.session, certificate_id=self.card, **given)
            if "key" in given:
                assert act(self.session, certificate_id=self.card, **given) is False
            commit(self.session, NOON)
        except Refusal:
            self.session.rollback()
            assert not possible
            return False
        assert possible
        return True

    def more(self) -> dict[str, object]:
        self.step += 1
        return {"key": f"{self.card}-{self.step}", "actor": LAN, "now": NOON}

    @rule(place=st.integers(0, 1), amount=AMOUNTS)
    def pay(self, place: int, amount: int) -> None:
        visit = self.visits[place]
        possible = not self.closed and amount <= self.left - self.held
        given = {"amount_minor": amount, "visit_id": visit, **self.more()}
        if self.attempt(possible, rewards.use_certificate, **given):
            self.used[visit] += amount

    @rule(place=st.integers(0, 1), amount=AMOUNTS)
    def give_back(self, place: int, amount: int) -> None:
        visit = self.visits[place]
        given = {"amount_minor": amount, "visit_id": visit, "refund_id": None, **self.more()}
        if self.attempt(amount <= self.used[visit], rewards.return_to_certificate, **given):
            self.used[visit] -= amount

    @rule(amount=AMOUNTS)
    def hold(self, amount: int) -> None:
        possible = not self.closed and amount <= self.left - self.held
        if self.attempt(possible, rewards.hold_certificate, amount_minor=amount, now=NOON):
            self.held += amount

    @rule(amount=AMOUNTS)
    def release(self, amount: int) -> None:
        if self.attempt(amount <= self.held, rewards.release_certificate, amount_minor=amount):
            self.held -= amount

    @rule(sure=st.integers(0, 4))
    def refund_purchase(self, sure: int) -> None:
        if sure:
            return
        left = self.left
        # An active certificate with nothing left can be closed too; a closed one only while it holds money.
        possible = not self.held and (left > 0 or not self.closed)
        if self.attempt(possible, rewards.refund_certificate, actor=LAN, now=NOON):
            self.paid_out += left

    @property
    def closed(self) -> bool:
        return self.session.get_one(Certificate, self.card).state == "refunded"

    @invariant()
    def adds_up(self) -> None:
        self.session.expire_all()
        card = self.session.get_one(Certificate, self.card)
        entries = self.session.scalar(
            select(func.sum(CertificateEntry.amount_minor)).where(CertificateEntry.certificate_id == card.id)
        )
        assert card.balance_minor == entries == self.left
        assert 0 <= card.held_minor == self.held <= card.balance_minor


def test_v4_a_certificate_adds_up_in_any_order(session: Session, an: Patient) -> None:
    visits = [a_visit(session, an), a_visit(session, an)]
    machine = type("CertificateHere", (OneCertificate,), {"session": session, "visits": visits})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
