from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.messaging.models import Message
from loyalty.patients.models import Patient
from loyalty.points import operations as points
from loyalty.points.models import LedgerEntry
from loyalty.referrals.models import Referral
from loyalty.settlement.operations import pay_visit, register_visit
from loyalty.settlement.queries import quote
from loyalty.settlement.rules import Line, OffersOnBill, Paid, settle
from loyalty.visits.models import Visit
from loyalty.visits.operations import book_visit, cancel_visit, mark_arrived, refund_visit
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, open_clinic, person, service


@pytest.fixture
def an(session: Session) -> Patient:
    open_clinic(session)
    return person(session, "Nguyễn Thị An")


def first_bill(session: Session) -> list[Line]:
    return [
        Line(service(session, "registration").id, 50_000, kind="registration"),
        Line(service(session, "examination").id, 300_001, kind="examination"),
        Line(service(session, "cleaning").id, 1_000_000),
    ]


def refusal(session: Session, **more: object) -> str:
    with pytest.raises(Refusal) as refused:
        register_visit(session, actor=LAN, now=NOON, **{"payments": [], **more})  # type: ignore[arg-type]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 0
    return refused.value.code


def test_f13_the_newcomer_pack_is_given_once_for_the_first_visit(session: Session, an: Patient) -> None:
    binh = person(session, "Trần Bình")
    introduce(session, an, binh)
    lines = first_bill(session)
    asked = quote(session, patient_id=binh.id, lines=lines, now=NOON)
    assert (asked.bill.discounts, asked.bill.due_minor) == ((50_000, 60_000, 0), 1_240_001)
    complete(session, binh, lines=lines, paid=1_240_001)
    again = quote(session, patient_id=binh.id, lines=lines, now=NOON)
    assert (again.pack_percent, again.bill.discount_minor) == (None, 0)


def test_f13_nobody_else_gets_the_pack(session: Session, an: Patient) -> None:
    assert quote(session, patient_id=an.id, lines=first_bill(session), now=NOON).bill.discount_minor == 0


def test_f13_an_expired_referral_brings_no_pack(session: Session, an: Patient) -> None:
    binh = person(session, "Trần Bình")
    introduce(session, an, binh)
    late = NOON + timedelta(days=180)
    assert quote(session, patient_id=binh.id, lines=first_bill(session), now=late).pack_percent is None


def test_p8_points_cover_half_a_bill_at_the_most(session: Session, an: Patient) -> None:
    points.credit(session, patient_id=an.id, points=900, kind="adjust", key="k", valid_to=None, now=NOON)
    commit(session, NOON)
    lines = [Line(service(session).id, 1_000_999)]
    found = quote(session, patient_id=an.id, lines=lines, points_used="max", now=NOON)
    assert (found.points_most, found.bill.points_used, found.bill.due_minor) == (500, 500, 500_999)
    with pytest.raises(Refusal, match="points_over_cap"):
        quote(session, patient_id=an.id, lines=lines, points_used=501, now=NOON)


def test_p8_pensioners_may_pay_wholly_by_points(session: Session, an: Patient) -> None:
    old = person(session, "Cụ Tư", tags=["pensioner"])
    points.credit(session, patient_id=old.id, points=900, kind="adjust", key="k", valid_to=None, now=NOON)
    commit(session, NOON)
    complete(session, old, 900_000, paid=0, points_used=900)
    visit = session.scalars(select(Visit).where(Visit.patient_id == old.id)).one()
    assert (visit.due_minor, visit.points_value_minor) == (0, 900_000)


def test_a_quote_writes_nothing(session: Session, an: Patient) -> None:
    quote(session, patient_id=an.id, lines=first_bill(session), now=NOON)
    assert not session.new
    assert not session.dirty
    assert session.scalar(select(func.count()).select_from(Visit)) == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 10**7), st.sampled_from(["registration", "examination", "treatment"])),
        min_size=1,
        max_size=6,
    ),
    st.none() | st.integers(0, 100),
    st.integers(0, 100),
    st.integers(1, 5000),
    st.randoms(),
)
def test_v1_no_step_goes_below_zero_and_order_does_not_matter(
    given_lines: list[tuple[int, str]], pack: int | None, cap: int, point: int, random: object
) -> None:
    lines = [Line(1, amount, kind=kind) for amount, kind in given_lines]
    terms: dict[str, Any] = {"offers": OffersOnBill(pack), "cap_percent": cap, "point_minor": point}
    left = settle(lines, points_used=0, **terms).due_minor
    most = left * cap // 100 // point
    bill = settle(lines, points_used=most, **terms)
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert bill.due_minor >= 0
    assert settle(shuffled, points_used=most, **terms).due_minor == bill.due_minor
    with pytest.raises(Refusal):
        settle(lines, points_used=most + 1, **terms)


def test_one_transaction_brings_everything_that_follows(session: Session, an: Patient) -> None:
    binh = person(session, "Trần Bình")
    introduce(session, an, binh)
    complete(session, binh)
    referral = session.scalars(select(Referral)).one()
    steps = session.scalars(select(Message.step).order_by(Message.step)).all()
    assert (referral.stage, referral.pack_visit_id) == ("qualified", None)
    assert steps == ["points-earned", "referral-advanced", "tier-reached", "tier-reached"]


@pytest.mark.parametrize(("amount", "code"), [(-1, "amount_negative"), (10**15 + 1, "amount_too_large")])
def test_absurd_amounts_are_refused(session: Session, an: Patient, amount: int, code: str) -> None:
    lines = [Line(service(session).id, amount)]
    assert refusal(session, patient_id=an.id, lines=lines) == code


def test_bills_that_cannot_be_are_refused(session: Session, an: Patient) -> None:
    lines = [Line(service(session).id, 100)]
    too_much = [Paid("a", 101, NOON)]
    twice = [Paid("a", 10, NOON), Paid("a", 10, NOON)]
    assert refusal(session, patient_id=an.id, lines=[]) == "no_lines"
    assert refusal(session, patient_id=an.id, lines=lines, payments=too_much) == "payment_exceeds_due"
    assert refusal(session, patient_id=an.id, lines=lines, payments=twice) == "payment_twice"
    assert refusal(session, patient_id=999, lines=lines) == "patient_unknown"
    assert refusal(session, patient_id=an.id, visit_id=999, lines=lines) == "visit_unknown"


def test_a_foreign_or_cancelled_visit_cannot_be_completed(session: Session, an: Patient) -> None:
    chi = person(session, "Lê Chi")
    visit = book_visit(session, patient_id=chi.id, scheduled_at=NOON, actor=LAN, now=NOON)
    commit(session, NOON)
    lines = [Line(service(session).id, 100)]
    assert refusal(session, patient_id=an.id, visit_id=visit.id, lines=lines) == "visit_unknown"
    cancel_visit(session, visit_id=visit.id, actor=LAN, now=NOON)
    commit(session, NOON)
    assert refusal(session, patient_id=chi.id, visit_id=visit.id, lines=lines) == "impossible_move"


def test_a_completed_visit_is_completed_once(session: Session, an: Patient) -> None:
    visit = book_visit(session, patient_id=an.id, scheduled_at=NOON, actor=LAN, now=NOON)
    mark_arrived(session, visit_id=visit.id, actor=LAN, now=NOON)
    commit(session, NOON)
    complete(session, an, visit_id=visit.id)
    with pytest.raises(Refusal, match="already_completed"):
        complete(session, an, visit_id=visit.id)


def test_p4_a_later_payment_makes_the_visit_earn_once(session: Session, an: Patient) -> None:
    visit = complete(session, an, 1_000_000, paid=400_000)
    rest = Paid("rest", 600_000, NOON)
    taken = []
    for _ in range(2):
        taken.append(pay_visit(session, visit_id=visit, payment=rest, actor=LAN, now=NOON))
        commit(session, NOON)
    earned = session.scalars(select(LedgerEntry.points).where(LedgerEntry.patient_id == an.id)).all()
    assert (taken, earned) == ([True, False], [100])


def test_p3_what_was_given_back_before_the_rest_was_paid_earns_nothing(session: Session, an: Patient) -> None:
    visit_id = complete(session, an, 1_000_000, paid=600_000)
    refund_visit(session, visit_id=visit_id, key="r1", amount_minor=500_000, actor=LAN, now=NOON)
    commit(session, NOON)
    later = NOON + timedelta(days=40)
    pay_visit(session, visit_id=visit_id, payment=Paid("rest", 400_000, later), actor=LAN, now=later)
    commit(session, later)
    entry = session.scalars(select(LedgerEntry)).one()
    assert (entry.points, entry.at, entry.valid_to) == (50, later, date(2027, 6, 27))
    refund_visit(session, visit_id=visit_id, key="r2", amount_minor=500_000, actor=LAN, now=later)
    commit(session, later)
    assert session.scalar(select(func.sum(LedgerEntry.points))) == 0
