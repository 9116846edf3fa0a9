"""A completion that was a mistake: everything goes back, and the bill can be entered anew."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.visits.models import Visit
from tests.admin.conftest import As
from tests.admin.scenes import acts, arrived, at_once, bill, booked, completed, own_form, points_of, someone
from tests.support.visitor import FormOnPage, Visitor, seen


def undo(visitor: Visitor, visit_id: int) -> FormOnPage:
    return own_form(visitor.get(f"/admin/visits/{visit_id}/undo")).fill(reason="Wrong patient")


def visit_now(house: Session, visit_id: int) -> Visit:
    found: Visit = seen(house, select(Visit).where(Visit.id == visit_id))[0]
    return found


def test_p11_points_used_and_earned_go_back(as_staff: As, house: Session) -> None:
    mai, lan, director = someone(house), as_staff("lan"), as_staff("director")
    completed(house, mai, 2_000_000)
    bill(lan, house, f"patient={mai}", "300000", points_used="150").submit()
    visit_id = seen(house, select(Visit.id).order_by(Visit.id.desc()))[0]
    page = director.get(f"/admin/visits/{visit_id}/undo")
    assert "Points used: −150" in page.text("main .checks")
    undo(director, visit_id).submit()
    assert sum(points for _kind, points in points_of(house, mai)) == 200
    found = visit_now(house, visit_id)
    assert (found.status, found.paid_minor, found.points_used) == ("arrived", 0, 0)
    [entry] = acts(house, "visit.completion_undone")
    assert entry.reason == "Wrong patient"


def test_the_bill_is_entered_anew_and_earns_anew(as_staff: As, house: Session) -> None:
    mai = someone(house)
    visit_id = completed(house, mai)
    undo(as_staff("director"), visit_id).submit()
    bill(as_staff("lan"), house, f"visit={visit_id}", "500000").submit()
    assert points_of(house, mai) == [("earn", 100), ("reverse", -100), ("earn", 50)]
    assert visit_now(house, visit_id).completion == 2


def test_a_double_click_undoes_once(as_staff: As, house: Session) -> None:
    mai = someone(house)
    visit_id = completed(house, mai)
    form = undo(as_staff("director"), visit_id)
    assert at_once([(form.visitor, form.action, form.values)] * 2) == [303, 303]
    assert points_of(house, mai) == [("earn", 100), ("reverse", -100)]


def test_a_reason_is_needed(as_staff: As, house: Session) -> None:
    visit_id = completed(house, someone(house))
    page = undo(as_staff("director"), visit_id).submit(status=422, reason="")
    assert page.text("#reason-error") == "Please fill this in."
    assert visit_now(house, visit_id).status == "completed"


def test_what_was_refunded_is_not_undone(as_staff: As, house: Session) -> None:
    visit_id, director = completed(house, someone(house)), as_staff("director")
    form = undo(director, visit_id)
    refund = own_form(director.get(f"/admin/visits/{visit_id}/refund"))
    refund.submit(amount="1000", reason="Kindness")
    page = form.submit(status=409)
    assert page.texts("[role=alert] p")
    assert visit_now(house, visit_id).status == "completed"
    assert f"/admin/visits/{visit_id}/undo" not in director.get(f"/admin/visits/{visit_id}").response.text


@pytest.mark.parametrize("scene", [booked, arrived])
def test_only_completed_visits_are_undone(as_staff: As, house: Session, scene: type) -> None:
    as_staff("director").get(f"/admin/visits/{scene(house, someone(house))}/undo", status=404)


def test_reception_does_not_undo(as_staff: As, house: Session) -> None:
    visit_id, lan = completed(house, someone(house)), as_staff("lan")
    lan.get(f"/admin/visits/{visit_id}/undo", status=403)
    assert f"/admin/visits/{visit_id}/undo" not in lan.get(f"/admin/visits/{visit_id}").response.text
