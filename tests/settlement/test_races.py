"""Two desks at once: voucher, certificate, session and refund each happen once (V3, V4, V6, P7, P12)."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from loyalty.kernel.database import make_engine
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.settlement.models import Reservation
from loyalty.settlement.operations import register_visit, reserve_offers, undo_completion
from loyalty.settlement.rules import CertificateUse, Line, Paid
from loyalty.visits.models import Refund, Visit
from loyalty.visits.operations import book_visit, cancel_visit, refund_visit
from tests.settlement.offered import (
    certificate,
    give_points,
    left,
    nothing_is_wrong,
    package,
    standing,
    ten_percent,
)
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, open_clinic, person, service

Act = Callable[[Session], object]
ROUNDS = 3
PATIENCE_SECONDS = 20


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = make_engine(database_url, pool_size=10)
    yield opened
    opened.dispose()


@pytest.fixture
def an(session: Session) -> Patient:
    open_clinic(session)
    return person(session, "Nguyễn Thị An")


def at_once(engine: Engine, acts: Sequence[Act]) -> list[str]:
    """What became of acts that begin together: "done", or the code of each refusal."""
    together = Barrier(len(acts))

    def run(act: Act) -> str:
        with Session(engine) as own:
            if engine.dialect.name == "postgresql":
                own.connection()
                together.wait(PATIENCE_SECONDS)
            try:
                act(own)
                commit(own, NOON)
            except Refusal as refusal:
                own.rollback()
                return refusal.code
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def bills(session: Session, patient: Patient, amount: int = 1_000_000, **more: Any) -> Act:
    line, patient_id = Line(service(session).id, amount), patient.id
    given = {"lines": [line], "payments": [], "actor": LAN, "now": NOON, **more}
    return lambda own: register_visit(own, patient_id=patient_id, **given)


def test_v3_a_voucher_used_at_two_desks_at_once_is_used_once(
    session: Session, engine: Engine, an: Patient
) -> None:
    chi = person(session, "Chi")
    for number in range(ROUNDS):
        promo = ten_percent(session, None, code=f"ONCE{number}")
        acts = [bills(session, who, vouchers=[promo.code]) for who in (an, chi)]
        session.commit()
        assert at_once(engine, acts) == ["done", "voucher_used"]
        assert left(session, promo) == [1]
    nothing_is_wrong(session)


def test_v4_a_certificate_is_not_spent_twice(session: Session, engine: Engine, an: Patient) -> None:
    chi = person(session, "Chi")
    for _ in range(ROUNDS):
        gift = certificate(session, 500_000)
        use = [CertificateUse(gift.code, 400_000)]
        acts = [bills(session, who, certificates=use) for who in (an, chi)]
        session.commit()
        outcome = at_once(engine, acts)
        # Who comes after the other has finished gets what is left, who overlaps is refused.
        assert outcome in (["certificate_too_little", "done"], ["done", "done"])
        assert left(session, gift) == [0 if outcome[0] == "done" else 100_000]
    nothing_is_wrong(session)


def test_v6_the_last_session_is_taken_once(session: Session, engine: Engine, an: Patient) -> None:
    for _ in range(ROUNDS):
        course = package(session, an, 1)
        acts = [bills(session, an, packages=[course.code]) for _ in range(2)]
        session.commit()
        assert at_once(engine, acts) == ["done", "package_used_up"]
        assert left(session, course) == [1]
    nothing_is_wrong(session)


def test_p7_points_reserved_and_points_spent_at_once_never_exceed_the_balance(
    session: Session, engine: Engine, an: Patient
) -> None:
    for number in range(ROUNDS):
        patient = person(session, f"An {number}")
        give_points(session, patient, 500, f"gift {number}")
        visit = book_visit(session, patient_id=patient.id, scheduled_at=NOON, actor=LAN, now=NOON)
        commit(session, NOON)
        visit_id = visit.id

        def keeps(own: Session, visit_id: int = visit_id) -> object:
            return reserve_offers(own, visit_id=visit_id, points=300, actor=LAN, now=NOON)

        acts = [keeps, bills(session, patient, points_used=300)]
        session.commit()
        assert at_once(engine, acts) == ["done", "not_enough_points"]
    nothing_is_wrong(session)


def test_p12_one_refund_sent_twice_at_once_is_one(session: Session, engine: Engine, an: Patient) -> None:
    for _ in range(ROUNDS):
        visit_id = complete(session, an)

        def refunds(own: Session, visit_id: int = visit_id) -> object:
            return refund_visit(own, visit_id=visit_id, key="r", amount_minor=600_000, actor=LAN, now=NOON)

        session.commit()
        assert at_once(engine, [refunds] * 3) == ["done"] * 3
        session.expire_all()
        assert session.get_one(Visit, visit_id).refunded_minor == 600_000
    assert session.scalar(select(func.count()).select_from(Refund)) == ROUNDS
    nothing_is_wrong(session)


def test_p12_two_refunds_at_once_never_exceed_what_was_paid(
    session: Session, engine: Engine, an: Patient
) -> None:
    for _ in range(ROUNDS):
        visit_id = complete(session, an)

        def refunds(key: str, visit_id: int = visit_id) -> Act:
            return lambda own: refund_visit(
                own, visit_id=visit_id, key=key, amount_minor=600_000, actor=LAN, now=NOON
            )

        session.commit()
        assert at_once(engine, [refunds("a"), refunds("b")]) == ["done", "refund_exceeds_paid"]
    nothing_is_wrong(session)


def test_v3_cancelled_and_completed_at_once_a_visit_is_one_of_the_two(
    session: Session, engine: Engine, an: Patient
) -> None:
    for number in range(ROUNDS):
        patient = person(session, f"An {number}")
        give_points(session, patient, 500, f"gift {number}")
        mine, gift = ten_percent(session, patient), certificate(session)
        visit = book_visit(session, patient_id=patient.id, scheduled_at=NOON, actor=LAN, now=NOON)
        use = [CertificateUse(gift.code, 200_000)]
        offers: dict[str, Any] = {"vouchers": [mine.code], "certificates": use}
        reserve_offers(session, visit_id=visit.id, points=100, **offers, actor=LAN, now=NOON)
        commit(session, NOON)
        visit_id = visit.id

        def cancels(own: Session, visit_id: int = visit_id) -> object:
            return cancel_visit(own, visit_id=visit_id, actor=LAN, now=NOON)

        acts = [cancels, bills(session, patient, visit_id=visit_id, points_used=100, **offers)]
        session.commit()
        assert at_once(engine, acts) == ["done", "impossible_move"]
        session.expire_all()
        is_done = session.get_one(Visit, visit_id).status == "completed"
        assert left(session, mine, gift) == ([1, 300_000] if is_done else [0, 500_000])
        assert (standing(session, patient).points_held, standing(session, patient).points_balance) == (
            0, 400 if is_done else 500,
        )  # fmt: skip
    assert session.scalar(select(func.count()).select_from(Reservation)) == 0
    nothing_is_wrong(session)


def test_a_completion_undone_and_refunded_at_once_is_one_of_the_two(
    session: Session, engine: Engine, an: Patient
) -> None:
    for _ in range(ROUNDS):
        visit_id = complete(session, an)

        def refunds(own: Session, visit_id: int = visit_id) -> object:
            return refund_visit(own, visit_id=visit_id, key="r", amount_minor=1000, actor=LAN, now=NOON)

        def undoes(own: Session, visit_id: int = visit_id) -> object:
            return undo_completion(own, visit_id=visit_id, reason="mistake", actor=LAN, now=NOON)

        session.commit()
        outcome = at_once(engine, [refunds, undoes])
        assert outcome in (["done", "impossible_move"], ["done", "undo_after_refund"])
    nothing_is_wrong(session)


def test_undone_and_completed_at_once_a_visit_stays_sound(
    session: Session, engine: Engine, an: Patient
) -> None:
    for _ in range(ROUNDS):
        visit_id = complete(session, an)

        def undoes(own: Session, visit_id: int = visit_id) -> object:
            return undo_completion(own, visit_id=visit_id, reason="mistake", actor=LAN, now=NOON)

        again = bills(session, an, visit_id=visit_id, payments=[Paid("p", 1_000_000, NOON)])
        session.commit()
        at_once(engine, [undoes, undoes, again])
        nothing_is_wrong(session)
        session.expire_all()
        # Undone, completed in between and undone once more is a possible order.
        assert session.get_one(Visit, visit_id).completion in (2, 3)
