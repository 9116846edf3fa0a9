"""Vouchers, certificates and packages on visits: taken, reserved, freed (V1 to V6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.clinic.operations import change_setting
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points.models import LedgerEntry
from loyalty.rewards import operations as rewards
from loyalty.rewards.models import PackageUse, VoucherUse
from loyalty.settlement.models import Reservation
from loyalty.settlement.operations import register_visit, reserve_offers
from loyalty.settlement.queries import points_earned, quote, reserved, statement
from loyalty.settlement.rules import CertificateUse, Line
from loyalty.visits.models import Visit
from loyalty.visits.operations import book_visit, cancel_visit, mark_no_show
from tests.points.rulebook import in_force
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


@pytest.fixture
def an(session: Session) -> Patient:
    open_clinic(session)
    return person(session, "Nguyễn Thị An")


def booked(session: Session, patient: Patient) -> int:
    visit = book_visit(session, patient_id=patient.id, scheduled_at=NOON, actor=LAN, now=NOON)
    commit(session, NOON)
    return visit.id


def reserve(session: Session, visit_id: int, **offers: Any) -> bool:
    changed = reserve_offers(session, visit_id=visit_id, actor=LAN, now=NOON, **offers)
    commit(session, NOON)
    return changed


def refused(session: Session, patient: Patient, now: datetime = NOON, **more: Any) -> str:
    """The code of the refusal; nothing has changed."""
    before = session.scalar(select(func.count()).select_from(Visit))
    given = {"lines": [Line(service(session).id, 1_000_000)], "payments": [], **more}
    with pytest.raises(Refusal) as found:
        register_visit(session, patient_id=patient.id, actor=LAN, now=now, **given)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Visit)) == before
    nothing_is_wrong(session)
    return found.value.code


def test_v1_everything_at_once_in_its_order(session: Session, an: Patient) -> None:
    give_points(session, an, 1000)
    mine, gift, course = ten_percent(session, an), certificate(session), package(session, an)
    lines = [Line(service(session, "examination").id, 2_000_000), Line(service(session).id, 900_000)]
    offers: dict[str, Any] = {
        "vouchers": [mine.code.lower()],
        "certificates": [CertificateUse(gift.code, 300_000)],
        "packages": [course.code],
    }
    asked = quote(session, patient_id=an.id, lines=lines, points_used="max", now=NOON, **offers)
    assert (asked.points_most, asked.bill.due_minor, asked.points_to_earn) == (900, 600_000, 90)
    visit_id = complete(session, an, lines=lines, paid=600_000, points_used=900, **offers)

    page = statement(session, visit_id)
    assert page is not None
    assert (page.visit.gross_minor, page.visit.package_minor, page.visit.discount_minor) == (
        2_900_000, 900_000, 200_000,
    )  # fmt: skip
    assert [(one.code, one.amount_minor) for one in page.vouchers] == [(mine.code, 200_000)]
    assert [(one.code, one.amount_minor) for one in page.certificates] == [(gift.code, 300_000)]
    assert [(one.code, one.amount_minor) for one in page.packages] == [(course.code, 900_000)]
    assert (page.points_earned, page.visit.due_minor, page.pack_minor) == (90, 600_000, 0)
    assert left(session, mine, gift, course) == [1, 200_000, 1]
    assert standing(session, an).points_balance == 1000 - 900 + 90
    nothing_is_wrong(session)


def test_v3_a_voucher_is_used_once_and_a_promo_code_as_often_as_it_says(
    session: Session, an: Patient
) -> None:
    chi = person(session, "Chi")
    mine = ten_percent(session, an)
    promo = ten_percent(session, None, code="TET2027", total_limit=2, patient_limit=1)
    complete(session, an, paid=900_000, vouchers=[mine.code])
    assert refused(session, an, vouchers=[mine.code]) == "voucher_used"
    complete(session, an, paid=900_000, vouchers=["tet-2027"])
    assert refused(session, an, vouchers=["TET2027"]) == "voucher_patient_limit"
    complete(session, chi, paid=900_000, vouchers=["TET2027"])
    assert refused(session, person(session, "Dung"), vouchers=["TET2027"]) == "voucher_used"
    assert left(session, promo) == [2]


def test_v5_anothers_voucher_and_one_that_never_was_get_one_answer(session: Session, an: Patient) -> None:
    chi = person(session, "Chi")
    hers, course = ten_percent(session, chi), package(session, chi)
    assert refused(session, an, vouchers=[hers.code]) == refused(session, an, vouchers=["NEVERWAS"])
    assert refused(session, an, packages=[course.code]) == refused(session, an, packages=["NEVERWAS"])


def test_tm3_offers_hold_through_their_last_second(session: Session, an: Patient) -> None:
    """23:59:59 of the last day in Hanoi is 16:59:59 UTC."""
    last_second = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
    ends = last_second.date()
    mine, gift = ten_percent(session, an, valid_to=ends), certificate(session, valid_to=ends)
    offers: dict[str, Any] = {"vouchers": [mine.code], "certificates": [CertificateUse(gift.code)]}
    late = last_second + timedelta(seconds=1)
    assert refused(session, an, now=late, vouchers=[mine.code]) == "voucher_expired"
    assert refused(session, an, now=late, certificates=offers["certificates"]) == "certificate_expired"
    # What happened in time and is recorded late counts (TM4).
    complete(session, an, now=late, completed_at=last_second, paid=400_000, **offers)
    assert left(session, mine, gift) == [1, 0]


def test_p3_a_certificate_earns_when_it_is_spent(session: Session, an: Patient) -> None:
    gift = certificate(session, 1_000_000)
    assert standing(session, an).points_balance == 0
    visit_id = complete(session, an, paid=0, certificates=[CertificateUse(gift.code)])
    assert session.get_one(Visit, visit_id).due_minor == 0
    assert (standing(session, an).points_balance, standing(session, an).visit_count) == (100, 1)


def test_v4_a_certificate_gives_what_it_has(session: Session, an: Patient) -> None:
    gift = certificate(session, 300_000)
    visit_id = complete(session, an, paid=700_000, certificates=[CertificateUse(gift.code, 900_000)])
    assert session.get_one(Visit, visit_id).certificate_minor == 300_000
    use = [CertificateUse(gift.code)]
    assert refused(session, an, certificates=use) == "certificate_too_little"
    assert refused(session, an, certificates=[CertificateUse(gift.code, -1)]) == "amount_not_positive"
    assert refused(session, an, certificates=use * 2) == "offer_twice"
    rewards.refund_certificate(session, certificate_id=gift.id, actor=LAN, now=NOON)
    commit(session, NOON)
    assert refused(session, an, certificates=use) == "certificate_refunded"


def test_v3_what_is_put_on_a_visit_is_kept_for_it(session: Session, an: Patient) -> None:
    give_points(session, an, 500)
    mine, gift, course = ten_percent(session, an), certificate(session), package(session, an, 1)
    visit_id = booked(session, an)
    offers: dict[str, Any] = {
        "points": 300,
        "vouchers": [mine.code],
        "certificates": [CertificateUse(gift.code, 200_000)],
        "packages": [course.code],
    }
    assert [reserve(session, visit_id, **offers), reserve(session, visit_id, **offers)] == [True, False]
    assert reserved(session, visit_id).certificates == (CertificateUse(gift.code, 200_000),)
    assert left(session, mine, gift, course) == [1, 300_000, 1]
    assert standing(session, an).points_held == 300
    assert refused(session, an, vouchers=[mine.code]) == "voucher_used"
    assert refused(session, an, packages=[course.code]) == "package_used_up"
    assert refused(session, an, points_used=201) == "not_enough_points"
    nothing_is_wrong(session)

    lines = [Line(service(session).id, 500_000), Line(service(session, "examination").id, 1_000_000)]
    used = {"points_used" if name == "points" else name: value for name, value in offers.items()}
    complete(session, an, lines=lines, paid=400_000, visit_id=visit_id, **used)
    assert left(session, mine, gift, course) == [1, 300_000, 1]
    assert (standing(session, an).points_held, standing(session, an).points_balance) == (0, 260)
    assert session.scalar(select(func.count()).select_from(Reservation)) == 0
    nothing_is_wrong(session)


def test_v3_what_the_bill_does_not_use_is_free_again(session: Session, an: Patient) -> None:
    give_points(session, an, 500)
    mine, gift, course = ten_percent(session, an), certificate(session), package(session, an, 1)
    visit_id = booked(session, an)
    reserve(
        session, visit_id, points=300, vouchers=[mine.code], certificates=[CertificateUse(gift.code)],
        packages=[course.code],
    )  # fmt: skip
    assert left(session, gift) == [0]
    complete(session, an, visit_id=visit_id)
    assert left(session, mine, gift, course) == [0, 500_000, 0]
    assert (standing(session, an).points_held, standing(session, an).points_balance) == (0, 600)
    nothing_is_wrong(session)


def test_v3_cancelling_frees_once(session: Session, an: Patient) -> None:
    give_points(session, an, 500)
    mine, gift, course = ten_percent(session, an), certificate(session), package(session, an, 1)
    visit_id = booked(session, an)
    reserve(
        session, visit_id, points=300, vouchers=[mine.code], certificates=[CertificateUse(gift.code)],
        packages=[course.code],
    )  # fmt: skip
    for _ in range(2):
        cancel_visit(session, visit_id=visit_id, actor=LAN, now=NOON)
        commit(session, NOON)
        assert left(session, mine, gift, course) == [0, 500_000, 0]
        assert standing(session, an).points_held == 0
    assert session.scalars(select(VoucherUse.state)).all() == ["freed"]
    assert session.scalars(select(PackageUse.state)).all() == ["returned"]
    with pytest.raises(Refusal, match="visit_closed"):
        reserve(session, visit_id, vouchers=[mine.code])
    session.rollback()
    complete(session, an, paid=900_000, vouchers=[mine.code])
    assert left(session, mine) == [1]


def test_v3_another_choice_replaces_the_first(session: Session, an: Patient) -> None:
    give_points(session, an, 500)
    mine, other, gift = ten_percent(session, an), ten_percent(session, an), certificate(session)
    visit_id = booked(session, an)
    reserve(session, visit_id, points=500, vouchers=[mine.code], certificates=[CertificateUse(gift.code)])
    reserve(session, visit_id, points=400, vouchers=[other.code], certificates=[CertificateUse(gift.code, 1)])
    assert left(session, mine, other, gift) == [0, 1, 499_999]
    assert standing(session, an).points_held == 400
    reserve(session, visit_id)
    assert left(session, mine, other, gift) == [0, 0, 500_000]
    assert not reserved(session, visit_id)


@pytest.mark.parametrize(("takes", "used"), [(False, 0), (True, 1)])
def test_v6_a_missed_visit_follows_the_setting(session: Session, an: Patient, takes: bool, used: int) -> None:
    change_setting(
        session, key="packages.no_show_takes_session", text=str(takes).lower(), actor=LAN, now=NOON
    )
    commit(session, NOON)
    mine, course = ten_percent(session, an), package(session, an, 1)
    visit_id = booked(session, an)
    reserve(session, visit_id, vouchers=[mine.code], packages=[course.code])
    mark_no_show(session, visit_id=visit_id, actor=LAN, now=NOON)
    commit(session, NOON)
    assert left(session, mine, course) == [0, used]


def test_v6_a_session_needs_a_line_of_its_service(session: Session, an: Patient) -> None:
    course = package(session, an, 1, "examination")
    assert refused(session, an, packages=[course.code]) == "package_no_line"
    lines = [Line(service(session, "examination").id, 300_000)]
    complete(session, an, lines=lines, paid=0, packages=[course.code])
    assert refused(session, an, lines=lines, packages=[course.code]) == "package_used_up"
    assert standing(session, an).visit_count == 1
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 0


def test_a_quote_with_offers_writes_nothing(session: Session, an: Patient) -> None:
    mine = ten_percent(session, an)
    visit_id = booked(session, an)
    reserve(session, visit_id, vouchers=[mine.code])
    lines = [Line(service(session).id, 1_000_000)]
    asked = quote(session, patient_id=an.id, lines=lines, vouchers=[mine.code], visit_id=visit_id, now=NOON)
    assert asked.bill.due_minor == 900_000
    with pytest.raises(Refusal, match="voucher_used"):
        quote(session, patient_id=an.id, lines=lines, vouchers=[mine.code], now=NOON)
    assert not session.dirty
    assert left(session, mine) == [1]


@pytest.mark.parametrize(("effect", "earned"), [({"percent": 200}, 49), ({"points": 25}, 57)])
def test_p2_the_quote_says_what_the_visit_will_earn_by_rules(
    session: Session, an: Patient, effect: dict[str, int], earned: int
) -> None:
    examination, cleaning = service(session, "examination").id, service(session).id
    in_force(session, "more", conditions={"services": [examination], "first_visit": True}, **effect)
    lines = [Line(examination, 170_000), Line(cleaning, 155_000)]
    asked = quote(session, patient_id=an.id, lines=lines, now=NOON)
    session.rollback()
    visit_id = complete(session, an, lines=lines, paid=325_000)
    assert asked.points_to_earn == points_earned(session, visit_id) == earned
