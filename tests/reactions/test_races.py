"""Several visits at once around one patient: counts and tiers come out as if one after the other."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from loyalty.kernel.database import make_engine
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient, PatientStats
from loyalty.points.operations import credit, expire_lots
from loyalty.reception.operations import claim_invitation
from loyalty.referrals.models import Referral
from loyalty.referrals.operations import attribute
from loyalty.referrals.queries import code_of
from loyalty.settlement.operations import pay_visit, register_visit
from loyalty.settlement.rules import Line, Paid
from loyalty.visits.models import Visit
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
            try:
                act(own)
                commit(own, NOON)
            except Refusal:
                own.rollback()

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


def test_f13_two_first_visits_at_once_share_one_pack(session: Session, engine: Engine) -> None:
    open_clinic(session)
    an = person(session, "An")
    for round_number in range(6):
        friend = person(session, f"Bình {round_number}")
        introduce(session, an, friend)
        examination, patient_id = service(session, "examination").id, friend.id
        session.commit()

        def comes(own: Session, patient_id: int = patient_id, examination: int = examination) -> object:
            lines = [Line(examination, 300_000, kind="examination")]
            return register_visit(own, patient_id=patient_id, lines=lines, payments=[], actor=LAN, now=NOON)

        at_once(engine, [comes, comes])
        session.expire_all()
        discounts = session.scalars(select(Visit.discount_minor).where(Visit.patient_id == patient_id))
        assert sorted(discounts) == [0, 60_000]


def test_p4_a_form_sent_twice_at_once_is_one_visit(session: Session, engine: Engine) -> None:
    open_clinic(session)
    an_id, cleaning = person(session, "An").id, service(session).id
    session.commit()

    def sends(own: Session) -> object:
        return register_visit(
            own, patient_id=an_id, form_key="one form", lines=[Line(cleaning, 1_000_000)],
            payments=[Paid("p", 1_000_000, NOON)], actor=LAN, now=NOON,
        )  # fmt: skip

    at_once(engine, [sends] * 4)
    assert session.scalar(select(func.count()).select_from(Visit)) == 1


def test_f4_one_phone_and_two_links_at_once_make_one_friend(session: Session, engine: Engine) -> None:
    open_clinic(session)
    codes = [code_of(session, person(session, name).id) for name in ("An", "Chi")]
    links = [code.code for code in codes if code is not None]
    session.commit()

    def takes(link: str, phone: str) -> Act:
        return lambda own: claim_invitation(
            own, code=link, name="Bình", phone=phone, region="VN", language="vi", let_referrer_know=False,
            accept_messages=False, form_key=f"{link} {phone}", wished_on=None, part_of_day="any",
            actor=LAN, now=NOON,
        )  # fmt: skip

    for number in range(6):
        phone = f"+8491500000{number}"
        at_once(engine, [takes(link, phone) for link in links])
        session.expire_all()
        friends = session.scalars(select(Patient.id).where(Patient.phone == phone)).all()
        session.rollback()  # an open reading would keep SQLite's one place for writers
        assert len(friends) == 1
    assert session.scalar(select(func.count()).select_from(Referral)) == 6


def test_f6_two_who_name_each_other_at_once_make_no_circle(session: Session, engine: Engine) -> None:
    open_clinic(session)
    for round_number in range(4):
        one, other = (person(session, f"{name} {round_number}").id for name in ("An", "Chi"))
        session.commit()

        def names(friend: int, referrer: int) -> Act:
            return lambda own: attribute(
                own, friend_id=friend, referrer_id=referrer, origin="desk", actor=LAN, now=NOON
            )

        at_once(engine, [names(one, other), names(other, one)])
        session.expire_all()
        made = session.scalars(select(Referral.friend_id).where(Referral.friend_id.in_((one, other))))
        assert len(made.all()) == 1


def test_p13_lots_that_end_while_visits_are_refunded_end_once(session: Session, engine: Engine) -> None:
    open_clinic(session)
    an = person(session, "An")
    visits = [complete(session, an) for _ in range(3)]
    an_id = an.id
    later = NOON + timedelta(days=400)
    for number in range(20):
        credit(
            session, patient_id=an_id, points=10, kind="adjust", key=f"gift {number}",
            valid_to=NOON.date(), now=NOON,
        )  # fmt: skip
    commit(session, NOON)

    def refunds(visit_id: int) -> Act:
        return lambda own: refund_visit(
            own, visit_id=visit_id, key="r", amount_minor=1_000_000, actor=LAN, now=later
        )

    def expires(own: Session) -> object:
        return expire_lots(own, today=later.date(), now=later)

    at_once(engine, [*map(refunds, visits), expires, expires])
    expire_lots(session, today=later.date(), now=later)
    commit(session, later)
    standing = stats(session, an)
    assert (standing.points_balance, standing.points_debt, standing.visit_count) == (0, 0, 0)
