"""A later payment of a visit that was paid in part: it earns once it is paid in full (P4)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.visits.models import Payment
from tests.admin.conftest import As
from tests.admin.scenes import acts, arrived, at_once, bill, booked, completed, points_of, someone, token_of
from tests.support.visitor import FormOnPage, Visitor, seen


def payments(house: Session) -> list[int]:
    return seen(house, select(Payment.amount_minor).order_by(Payment.id))


def part_paid(visitor: Visitor, house: Session, mai: int) -> FormOnPage:
    """The form for the rest of a visit of 1,000,000 of which 400,000 were paid."""
    saved = bill(visitor, house, f"patient={mai}", paid="400000").submit().location
    path = saved.removesuffix("/registered")
    return visitor.get(path).form(f"{path}/payments")


def test_p4_the_rest_makes_the_visit_earn(as_staff: As, house: Session) -> None:
    mai = someone(house)
    form = part_paid(as_staff("lan"), house, mai)
    assert (form.values["amount"], points_of(house, mai)) == ("600000", [])
    page = form.submit().follow()
    assert (payments(house), points_of(house, mai)) == ([400_000, 600_000], [("earn", 100)])
    assert page.texts(f"form[action='{form.action}']") == []
    assert len(acts(house, "visit.paid")) == 1


def test_a_double_click_pays_once(as_staff: As, house: Session) -> None:
    form = part_paid(as_staff("lan"), house, someone(house)).fill(amount="100000")
    assert form.submit().location == form.submit().location
    assert payments(house) == [400_000, 100_000]


def test_two_clicks_in_the_same_moment_pay_once(as_staff: As, house: Session) -> None:
    form = part_paid(as_staff("lan"), house, someone(house)).fill(amount="100000")
    assert at_once([(form.visitor, form.action, form.values)] * 2) == [303, 303]
    assert payments(house) == [400_000, 100_000]


@pytest.mark.parametrize(
    ("amount", "status", "sentence"),
    [
        ("600001", 409, "The payment is more than what is due: ₫600,000."),
        ("0", 409, "The amount must be above zero."),
        ("", 422, "Please fill this in."),
        ("much", 422, "We cannot read the amount. Please write it in digits."),
    ],
)
def test_a_wrong_amount_changes_nothing(
    as_staff: As, house: Session, amount: str, status: int, sentence: str
) -> None:
    page = part_paid(as_staff("lan"), house, someone(house)).submit(status=status, amount=amount)
    assert page.text("#amount-error") == sentence
    assert payments(house) == [400_000]


@pytest.mark.parametrize("scene", [booked, arrived])
def test_only_completed_visits_are_paid(as_staff: As, house: Session, scene: type) -> None:
    visit_id = scene(house, someone(house))
    lan = as_staff("lan")
    token = token_of(lan.get(f"/admin/visits/{visit_id}"))
    lan.post(f"/admin/visits/{visit_id}/payments", {"csrf_token": token, "amount": "5"}, status=404)


def test_the_form_stands_only_where_something_is_open(as_staff: As, house: Session) -> None:
    visit_id = completed(house, someone(house))
    assert as_staff("lan").get(f"/admin/visits/{visit_id}").texts("#amount") == []
    form = part_paid(as_staff("lan"), house, someone(house, "Chi"))
    path = form.action.removesuffix("/payments")
    assert as_staff("nhung").get(path).texts("#amount") == []
