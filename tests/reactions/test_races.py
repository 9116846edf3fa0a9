"""Several visits at once around one patient: counts and tiers come out as if one after the other."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from loyalty.kernel.database import make_engine
from loyalty.patients.models import Patient, PatientStats
from loyalty.settlement.operations import pay_visit, register_visit
from loyalty.settlement.rules import Line, Paid
from loyalty.visits.operations import refund_visit
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, open_clinic, person, service

Act = Callable[[Session], object]
PATIENCE_SECONDS = 0.5


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = make_engine(database_url, pool_size=10)
    yield opened
    opened.dispose()


def at_once(engine: Engine, acts: Sequence[Act]) -> None:
    """Let each act finish its own writes before any of them commits; a database with one writer says no."""
    together = Barrier(len(acts))

    def run(act: Act) -> None:
        with Session(engine) as own:
            if engine.dialect.name == "postgresql":
                # A snapshot of its own for every statement is what the programme runs with.
                own.connection()
                together.wait(PATIENCE_SECONDS * 20)
            act(own)
            commit(own, NOON)

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


def stats(session: Session, patient: Patient) -> PatientStats:
    session.expire_all()
    return session.get_one(PatientStats, patient.id)


def test_m1_friends_who_pay_at_once_all_count(session: Session, engine: Engine) -> None:
    open_clinic(session)
    for round_number in range(6):
        an = person(session, f"An {round_number}")
        friends = [person(session, f"{name} {round_number}") for name in ("Bình", "Chi", "Dung")]
        for friend in friends:
            introduce(session, an, friend)
        cleaning = service(session).id
        session.commit()

        def pays(patient_id: int, cleaning: int = cleaning) -> Act:
            return lambda own: register_visit(
                own,
                patient_id=patient_id,
                lines=[Line(cleaning, 1_000_000)],
                payments=[Paid("p", 1_000_000, NOON)],
                actor=LAN,
                now=NOON,
            )

        ids = [friend.id for friend in friends]
        session.commit()
        at_once(engine, [pays(patient_id) for patient_id in ids])
        standing = stats(session, an)
        assert (standing.referral_count, standing.tier, standing.points_balance) == (3, "gold", 300)


def test_m2_visits_paid_or_refunded_at_once_are_counted_right(session: Session, engine: Engine) -> None:
    open_clinic(session)
    for round_number in range(6):
        an = person(session, f"An {round_number}")
        unpaid = [complete(session, an, paid=0) for _ in range(3)]
        paid = [complete(session, an) for _ in range(3)]

        def pays(visit_id: int) -> Act:
            return lambda own: pay_visit(
                own, visit_id=visit_id, payment=Paid("late", 1_000_000, NOON), actor=LAN, now=NOON
            )

        def refunds(visit_id: int) -> Act:
            return lambda own: refund_visit(
                own, visit_id=visit_id, key="r", amount_minor=1_000_000, actor=LAN, now=NOON
            )

        session.commit()
        at_once(engine, [*map(pays, unpaid), *map(refunds, paid[:2])])
        standing = stats(session, an)
        assert (standing.visit_count, standing.tier, standing.spend_minor) == (4, "silver", 4_000_000)
