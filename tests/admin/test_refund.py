"""Money back for a visit, and the points with it (P9, P12)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.visits.models import Refund, Visit
from tests.admin.conftest import As
from tests.admin.offering import certificate, left_on
from tests.admin.scenes import acts, at_once, bill, booked, completed, own_form, points_of, someone
from tests.support.visitor import Visitor, seen


def refunds(house: Session) -> list[int]:
    return seen(house, select(Refund.amount_minor).order_by(Refund.id))


def test_p9_a_full_refund_takes_back_what_was_earned(as_staff: As, house: Session) -> None:
    mai = someone(house)
    visit_id = completed(house, mai)
    form = own_form(as_staff("director").get(f"/admin/visits/{visit_id}/refund"))
    assert form.values["amount"] == "1000000"
    page = form.submit(reason="Treatment did not help").follow()
    assert points_of(house, mai) == [("earn", 100), ("reverse", -100)]
    assert "Treatment did not help" in page.text("main")
    assert [entry.reason for entry in acts(house, "visit.refunded")] == ["Treatment did not help"]


def test_p12_a_double_click_refunds_once(as_staff: As, house: Session) -> None:
    visit_id = completed(house, someone(house))
    form = own_form(as_staff("director").get(f"/admin/visits/{visit_id}/refund"))
    form.fill(amount="400000", reason="Kindness").submit()
    form.submit()
    assert refunds(house) == [400_000]


def test_two_managers_cannot_give_back_more_than_was_paid(as_staff: As, house: Session) -> None:
    visit_id = completed(house, someone(house))
    director = as_staff("director")
    forms = [own_form(director.get(f"/admin/visits/{visit_id}/refund")).fill(reason="Both") for _ in range(2)]
    assert sorted(at_once([(form.visitor, form.action, form.values) for form in forms])) == [303, 409]
    assert refunds(house) == [1_000_000]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"amount": "1000001"}, 409),
        ({"amount": "0"}, 409),
        ({"amount": ""}, 422),
        ({"amount": "much"}, 422),
        ({"reason": ""}, 422),
    ],
)
def test_nonsense_refunds_nothing(as_staff: As, house: Session, values: dict[str, str], status: int) -> None:
    mai = someone(house)
    visit_id = completed(house, mai)
    form = own_form(as_staff("director").get(f"/admin/visits/{visit_id}/refund"))
    page = form.submit(status=status, **{"reason": "Why not", **values})
    assert page.texts("[role=alert] p")
    assert (refunds(house), points_of(house, mai)) == ([], [("earn", 100)])


def paid_three_ways(as_staff: As, house: Session) -> tuple[int, int, str]:
    """A bill of 1,000,000 paid with 700,000 in money, 100,000 by certificate and 200 points."""
    mai, gift = someone(house), certificate(house, 100_000)
    completed(house, mai, 2_000_000)
    form = bill(as_staff("lan"), house, f"patient={mai}").fill(points_used="200", certificates=gift)
    form.submit()
    return mai, seen(house, select(Visit.id).order_by(Visit.id.desc()))[0], gift


def split(visitor: Visitor, visit_id: int, amount: str) -> list[str]:
    form = own_form(visitor.get(f"/admin/visits/{visit_id}/refund")).fill(amount=amount)
    page = visitor.post(f"{form.action}/preview", form.values, status=200, htmx=True)
    return page.texts("#split dt, #split dd, #split .note")


def test_p12_money_goes_back_first_then_certificate_then_points(as_staff: As, house: Session) -> None:
    mai, visit_id, gift = paid_three_ways(as_staff, house)
    director = as_staff("director")
    money = ["Back as money", "₫700,000"]
    assert split(director, visit_id, "700000") == money
    assert split(director, visit_id, "750000") == [*money, "Back to the gift certificate", "₫50,000"]
    assert split(director, visit_id, "1000000")[-2:] == ["Back as 200 points", "₫200,000"]
    assert refunds(house) == []
    form = own_form(director.get(f"/admin/visits/{visit_id}/refund"))
    assert form.values["amount"] == "1000000"
    page = form.submit(reason="Nothing helped").follow()
    assert left_on(house, gift) == 100_000
    assert sum(points for _kind, points in points_of(house, mai)) == 200
    assert "200 points given back" in page.text("main")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("800500", "whole points"),
        ("1000001", "At most ₫1,000,000 can be paid back."),
        ("0", "The amount must be above zero."),
    ],
)
def test_the_preview_says_why_not(as_staff: As, house: Session, amount: str, words: str) -> None:
    _mai, visit_id, _gift = paid_three_ways(as_staff, house)
    [said] = split(as_staff("director"), visit_id, amount)
    assert words in said


def test_a_visit_that_is_not_completed_has_no_refund(as_staff: As, house: Session) -> None:
    as_staff("director").get(f"/admin/visits/{booked(house, someone(house))}/refund", status=404)


def test_reception_may_not_refund(as_staff: As, house: Session) -> None:
    visit_id = completed(house, someone(house))
    lan = as_staff("lan")
    assert (
        lan.get(f"/admin/visits/{visit_id}").tree.css_first(f"a[href='/admin/visits/{visit_id}/refund']")
        is None
    )
    lan.get(f"/admin/visits/{visit_id}/refund", status=403)
