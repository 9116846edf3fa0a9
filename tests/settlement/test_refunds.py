"""Refunds go back where the payment came from, each once (P9 to P12, M2, V4)."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points.models import LedgerEntry, Lot
from loyalty.referrals.models import Referral
from loyalty.settlement.queries import statement
from loyalty.settlement.rules import CertificateUse
from loyalty.visits.models import Refund, Visit
from loyalty.visits.operations import refund_visit
from loyalty.visits.rules import refundable, split_refund
from tests.settlement.offered import certificate, give_points, left, nothing_is_wrong, standing
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, open_clinic, person


@pytest.fixture
def an(session: Session) -> Patient:
    open_clinic(session)
    return person(session, "Nguyễn Thị An")


def refund(session: Session, visit_id: int, amount: int, key: str = "r") -> Refund:
    made = refund_visit(session, visit_id=visit_id, key=key, amount_minor=amount, actor=LAN, now=NOON)
    commit(session, NOON)
    return made


def refused(session: Session, visit_id: int, amount: int, key: str = "r") -> Refusal:
    """Refused with a code of its own, nothing changed."""
    before = session.scalar(select(func.count()).select_from(LedgerEntry))
    with pytest.raises(Refusal) as found:
        refund_visit(session, visit_id=visit_id, key=key, amount_minor=amount, actor=LAN, now=NOON)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == before
    nothing_is_wrong(session)
    return found.value


@given(
    st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 500), st.integers(1, 5000),
    st.lists(st.integers(1, 10**7), max_size=8),
)  # fmt: skip
def test_p12_whatever_is_given_back_no_source_gets_more_than_it_gave(
    paid: int, certificate: int, points: int, value: int, amounts: list[int]
) -> None:
    bill = SimpleNamespace(
        paid_minor=paid, refunded_minor=0, certificate_minor=certificate, certificate_returned_minor=0,
        points_used=points, points_value_minor=points * value, points_returned=0,
    )  # fmt: skip
    given_back = 0
    for amount in [*amounts, refundable(bill)]:
        try:
            parts = split_refund(bill, amount)
        except Refusal as refusal:
            codes = ("refund_exceeds_paid", "refund_not_whole_points", "amount_not_positive")
            assert refusal.code in codes  # noqa: PT017 - most amounts fit, some must not
            continue
        assert parts.money_minor + parts.certificate_minor + parts.points * value == amount
        # Nothing comes from a source before the one ahead of it is empty (V1 backwards: money first).
        assert not parts.certificate_minor or parts.money_minor == paid - bill.refunded_minor
        bill.refunded_minor += parts.money_minor
        bill.certificate_returned_minor += parts.certificate_minor
        bill.points_returned += parts.points
        given_back += amount
    assert bill.refunded_minor <= paid
    assert bill.certificate_returned_minor <= certificate
    assert bill.points_returned <= points
    assert given_back + refundable(bill) == paid + certificate + points * value


def test_p12_money_then_certificate_then_points(session: Session, an: Patient) -> None:
    give_points(session, an, 300)
    gift = certificate(session)
    use = [CertificateUse(gift.code, 300_000)]
    visit_id = complete(session, an, paid=400_000, points_used=300, certificates=use)
    assert standing(session, an).points_balance == 70

    first = refund(session, visit_id, 500_000, "r1")
    assert (first.amount_minor, first.certificate_minor, first.points) == (400_000, 100_000, 0)
    assert (left(session, gift), standing(session, an).points_balance) == ([300_000], 20)
    assert refused(session, visit_id, 200_500, "r2").code == "refund_not_whole_points"
    assert refused(session, visit_id, 500_001, "r2").params["left_minor"] == 500_000
    second = refund(session, visit_id, 450_000, "r2")
    assert (second.amount_minor, second.certificate_minor, second.points) == (0, 200_000, 250)
    assert standing(session, an).visit_count == 1
    refund(session, visit_id, 50_000, "r3")
    assert (left(session, gift), standing(session, an).points_balance) == ([500_000], 300)
    assert (standing(session, an).visit_count, standing(session, an).tier) == (0, None)
    assert refused(session, visit_id, 1, "r4").code == "refund_exceeds_paid"
    nothing_is_wrong(session)
    page = statement(session, visit_id)
    assert page is not None
    assert (page.points_earned, page.points_taken_back, len(page.refunds)) == (70, 70, 3)


def test_p12_the_same_key_is_one_refund(session: Session, an: Patient) -> None:
    visit_id = complete(session, an)
    assert refund(session, visit_id, 300_000).id == refund(session, visit_id, 300_000).id
    assert refused(session, visit_id, 300_001).code == "refund_key_reused"
    assert session.get_one(Visit, visit_id).refunded_minor == 300_000
    assert standing(session, an).points_balance == 70


@pytest.mark.parametrize(
    ("amount", "code"),
    [(0, "amount_not_positive"), (-1, "amount_not_positive"), (10**30, "refund_exceeds_paid")],
)
def test_p12_absurd_refunds_are_refused(session: Session, an: Patient, amount: int, code: str) -> None:
    visit_id = complete(session, an)
    assert refused(session, visit_id, amount).code == code


def test_p12_nothing_is_refunded_of_what_was_never_paid(session: Session, an: Patient) -> None:
    visit_id = complete(session, an, paid=0)
    assert refused(session, visit_id, 1).code == "refund_exceeds_paid"
    assert refused(session, 999, 1).code == "visit_unknown"


def test_p11_refunded_points_return_to_their_lot_and_its_day(session: Session, an: Patient) -> None:
    soon = NOON.date() + timedelta(days=3)
    give_points(session, an, 100, "soon", valid_to=soon)
    give_points(session, an, 400, "late", valid_to=soon + timedelta(days=90))
    visit_id = complete(session, an, 900_000, paid=500_000, points_used=400)
    refund(session, visit_id, 900_000)
    lots = session.execute(select(Lot.remaining, Lot.valid_to).where(Lot.points.in_((100, 400)))).all()
    assert sorted(lots) == [(100, soon), (400, soon + timedelta(days=90))]
    nothing_is_wrong(session)


def test_p10_points_spent_meanwhile_leave_a_debt_that_returned_points_fill(
    session: Session, an: Patient
) -> None:
    first = complete(session, an, 5_000_000)
    complete(session, an, 1_000_000, paid=500_000, points_used=500)
    assert standing(session, an).points_balance == 50
    refund(session, first, 5_000_000)
    assert (standing(session, an).points_balance, standing(session, an).points_debt) == (-450, 450)
    nothing_is_wrong(session)


def test_f11_a_friends_visit_paid_by_certificate_and_wholly_refunded_counts_no_more(
    session: Session, an: Patient
) -> None:
    binh = person(session, "Trần Bình")
    introduce(session, an, binh)
    gift = certificate(session, 1_000_000)
    visit_id = complete(session, binh, paid=0, certificates=[CertificateUse(gift.code)])
    assert (standing(session, an).referral_count, standing(session, an).points_balance) == (1, 100)
    refund(session, visit_id, 400_000, "part")
    assert standing(session, an).referral_count == 1
    refund(session, visit_id, 600_000, "rest")
    assert (standing(session, an).referral_count, standing(session, an).points_balance) == (0, 50)
    assert session.scalars(select(Referral.stage)).one() == "reversed"
    assert left(session, gift) == [1_000_000]
    nothing_is_wrong(session)


def test_v4_what_several_certificates_paid_returns_to_each(session: Session, an: Patient) -> None:
    soon = certificate(session, 300_000, valid_to=NOON.date() + timedelta(days=9))
    late = certificate(session, 500_000, valid_to=NOON.date() + timedelta(days=99))
    uses = [CertificateUse(late.code), CertificateUse(soon.code)]
    visit_id = complete(session, an, 600_000, paid=0, certificates=uses)
    assert left(session, soon, late) == [0, 200_000]
    refund(session, visit_id, 400_000, "r1")
    assert left(session, soon, late) == [100_000, 500_000]
    refund(session, visit_id, 200_000, "r2")
    assert left(session, soon, late) == [300_000, 500_000]
    nothing_is_wrong(session)
