"""The statement of a visit: everything on one page, to print."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.visits.models import Visit
from tests.admin.conftest import As
from tests.admin.offering import certificate, voucher
from tests.admin.scenes import acts, arrived, bill, booked, completed, own_form, someone
from tests.support.visitor import Page, seen


def figures(page: Page) -> dict[str, str]:
    names, amounts = page.texts("main dl.kv dt"), page.texts("main dl.kv dd")
    return dict(zip(names, amounts, strict=True))


def test_everything_stands_on_one_page(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    completed(house, mai, 2_000_000)
    gift, code = certificate(house, 100_000), voucher(house, patient_id=mai)
    bill(lan, house, f"patient={mai}").fill(own_vouchers=code, points_used="50", certificates=gift).submit()
    visit_id = seen(house, select(Visit.id).order_by(Visit.id.desc()))[0]
    page = lan.get(f"/admin/visits/{visit_id}/statement")
    found = figures(page)
    assert found["Total"] == "₫1,000,000"
    assert found["Ten off"] == "−₫100,000"
    assert found["Paid with 50 points"] == "−₫50,000"
    assert (found["Due"], found["Paid"]) == ("₫750,000", "₫750,000")
    assert page.texts("main .amt") == ["+85"]
    assert page.tree.css_first("button[data-print]") is not None
    assert any(entry.object_id == str(visit_id) for entry in acts(house, "visit.viewed"))


def test_refunds_stand_on_it(as_staff: As, house: Session) -> None:
    visit_id, director = completed(house, someone(house)), as_staff("director")
    own_form(director.get(f"/admin/visits/{visit_id}/refund")).submit(amount="400000", reason="Half of it")
    page = director.get(f"/admin/visits/{visit_id}/statement")
    assert figures(page)["Refunded"] == "−₫400,000"
    assert page.texts("main .amt") == ["+100", "−40"]


@pytest.mark.parametrize("scene", [booked, arrived])
def test_only_a_completed_visit_has_one(as_staff: As, house: Session, scene: type) -> None:
    as_staff("lan").get(f"/admin/visits/{scene(house, someone(house))}/statement", status=404)


def test_the_visit_leads_to_it(as_staff: As, house: Session) -> None:
    visit_id = completed(house, someone(house))
    page = as_staff("nhung").get(f"/admin/visits/{visit_id}")
    assert page.tree.css_first(f"a[href='/admin/visits/{visit_id}/statement']") is not None


def test_marketing_sees_no_statements(as_staff: As, house: Session) -> None:
    as_staff("minh").get(f"/admin/visits/{completed(house, someone(house))}/statement", status=403)
