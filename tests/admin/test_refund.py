"""Money back for a visit, and the points with it (P9, P12)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.visits.models import Refund
from tests.admin.conftest import As
from tests.admin.scenes import acts, at_once, booked, completed, own_form, points_of, someone
from tests.support.visitor import seen


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
