"""Whatever the two records have been through: the sums stay equal, and a repeat does nothing (P17)."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.checks.queries import check_all
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points import operations as points
from loyalty.rewards.operations import sell_certificate
from loyalty.visits.models import Visit
from loyalty.visits.operations import refund_visit
from tests.merging.conftest import merge, stats, sums
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, open_clinic, person

SIDE = st.booleans()
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("visit"), SIDE, st.integers(0, 3_000_000)),
        st.tuples(st.just("refund"), SIDE, st.integers(1, 3_000_000)),
        st.tuples(st.just("spend"), SIDE, st.integers(1, 150)),
        st.tuples(st.just("certificate"), SIDE, st.integers(1, 900_000)),
        st.tuples(st.just("friend"), SIDE, st.just(0)),
        st.tuples(st.just("wait"), SIDE, st.integers(1, 120)),
        st.tuples(st.just("expire"), SIDE, st.just(0)),
    ),
    max_size=14,
)


class Life:
    """What happens to the two records before somebody notices that they are one person."""

    def __init__(self, session: Session) -> None:
        self.session, self.now, self.step = session, NOON, 0
        self.people = [person(session, "Nguyễn Thị Mai"), person(session, "Nguyen Thi Mai")]

    def act(self, what: str, side: bool, number: int) -> None:
        self.step += 1
        try:
            getattr(self, f"do_{what}")(self.people[side], number)
            commit(self.session, self.now)
        except Refusal:
            self.session.rollback()

    def do_visit(self, patient: Patient, amount: int) -> None:
        complete(self.session, patient, amount, self.now)

    def do_refund(self, patient: Patient, amount: int) -> None:
        last = self.session.scalar(select(func.max(Visit.id)).where(Visit.patient_id == patient.id))
        if last is not None:
            refund_visit(
                self.session, visit_id=last, key=f"r{self.step}", amount_minor=amount, actor=LAN, now=self.now
            )

    def do_spend(self, patient: Patient, number: int) -> None:
        key, today = f"{patient.id}:{self.step}", self.now.date()
        points.redeem(
            self.session, patient_id=patient.id, points=number, key=key, today=today, actor=LAN, now=self.now
        )

    def do_certificate(self, patient: Patient, amount: int) -> None:
        sell_certificate(self.session, amount_minor=amount, patient_id=patient.id, actor=LAN, now=self.now)

    def do_friend(self, patient: Patient, _: int) -> None:
        friend = person(self.session, f"Friend {self.step}", self.now)
        introduce(self.session, patient, friend, self.now)
        complete(self.session, friend, now=self.now)

    def do_wait(self, _: Patient, days: int) -> None:
        self.now += timedelta(days=days)

    def do_expire(self, _: Patient, __: int) -> None:
        points.expire_lots(self.session, today=self.now.date(), now=self.now)


def test_p17_sums_are_equal_whatever_has_happened(session: Session) -> None:
    open_clinic(session)

    @settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(acts=ACTS)
    def lives(acts: list[tuple[str, bool, int]]) -> None:
        life = Life(session)
        for what, side, number in acts:
            life.act(what, side, number)
        kept, merged = life.people
        before = sums(session, kept, merged)
        visits = sum(stats(session, patient).visit_count for patient in life.people)
        assert merge(session, merged, kept, life.now)
        assert sums(session, kept) == before
        assert stats(session, kept).visit_count == visits
        assert not merge(session, merged, kept, life.now)
        assert sums(session, kept, merged) == before
        life.act("expire", True, 0)
        assert {checked.code: checked.count for checked in check_all(session) if checked.count} == {}

    lives()
