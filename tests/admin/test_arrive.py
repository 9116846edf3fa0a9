"""The desk marks a patient as arrived: the referrer's first half follows (F8)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.visits.models import Visit
from tests.admin.conftest import As
from tests.admin.scenes import acts, at_once, booked, invited, points_of, someone, token_of
from tests.support.visitor import seen


def status(house: Session, visit_id: int) -> str:
    found: str = seen(house, select(Visit.status).where(Visit.id == visit_id))[0]
    return found


def test_f8_arrival_gives_the_first_half(as_staff: As, house: Session) -> None:
    mai = someone(house)
    friend, _referral = invited(house, mai)
    visit_id = booked(house, friend)
    page = as_staff("lan").get(f"/admin/visits/{visit_id}").form(f"/admin/visits/{visit_id}/arrive").submit()
    assert page.location == f"/admin/visits/{visit_id}"
    assert status(house, visit_id) == "arrived"
    assert points_of(house, mai) == [("referral", 50)]


def test_a_second_click_changes_nothing(as_staff: As, house: Session) -> None:
    mai = someone(house)
    friend, _referral = invited(house, mai)
    visit_id = booked(house, friend)
    form = as_staff("lan").get("/admin/").form(f"/admin/visits/{visit_id}/arrive")
    form.submit()
    assert form.submit().location == "/admin/"
    assert points_of(house, mai) == [("referral", 50)]
    assert len(acts(house, "visit.arrived")) == 1


def test_two_receptionists_in_the_same_moment(as_staff: As, house: Session) -> None:
    mai = someone(house)
    friend, _referral = invited(house, mai)
    visit_id = booked(house, friend)
    path = f"/admin/visits/{visit_id}/arrive"
    calls = [
        (desk, path, {"csrf_token": token_of(desk.get("/admin/"))})
        for desk in (as_staff("lan"), as_staff("hoa"))
    ]
    assert at_once(calls) == [303, 303]
    assert points_of(house, mai) == [("referral", 50)]
    assert len(acts(house, "visit.arrived")) == 1


def test_with_script_the_row_is_swapped(as_staff: As, house: Session) -> None:
    visit_id = booked(house, someone(house, "Trần Văn An"))
    lan = as_staff("lan")
    form = lan.get("/admin/").form(f"/admin/visits/{visit_id}/arrive")
    page = lan.post(form.action, form.values, status=200, htmx=True)
    assert page.texts(".chip")[0] == "Arrived"
    assert page.texts("#toasts .toast") == ["Trần Văn An: Arrived"]
    assert page.texts("a.btn.xs") == ["Register"]


def test_a_cancelled_visit_cannot_arrive(as_staff: As, house: Session) -> None:
    visit_id = booked(house, someone(house))
    lan = as_staff("lan")
    arrive = lan.get(f"/admin/visits/{visit_id}").form(f"/admin/visits/{visit_id}/arrive")
    lan.get(f"/admin/visits/{visit_id}").form(f"/admin/visits/{visit_id}/cancel").submit()
    assert arrive.submit(status=409).texts(".note.bad")
    assert status(house, visit_id) == "cancelled"


@pytest.mark.parametrize(("move", "after"), [("cancel", "cancelled"), ("no-show", "no_show")])
def test_ending_a_visit_twice_is_ending_it_once(as_staff: As, house: Session, move: str, after: str) -> None:
    visit_id = booked(house, someone(house))
    form = as_staff("lan").get(f"/admin/visits/{visit_id}").form(f"/admin/visits/{visit_id}/{move}")
    form.submit()
    form.submit()
    assert status(house, visit_id) == after
    assert len(acts(house, f"visit.{after}")) == 1


def test_confirmed_by_phone(as_staff: As, house: Session) -> None:
    visit_id = booked(house, someone(house))
    page = as_staff("lan").get(f"/admin/visits/{visit_id}")
    page.form(f"/admin/visits/{visit_id}/confirm").submit()
    confirmed = seen(house, select(Visit.confirmed_at).where(Visit.id == visit_id))
    assert confirmed != [None]


def test_a1_a_confirmation_is_noted_once(as_staff: As, house: Session) -> None:
    mai = someone(house)
    visit_id = booked(house, mai)
    form = as_staff("lan").get(f"/admin/visits/{visit_id}").form(f"/admin/visits/{visit_id}/confirm")
    form.submit()
    form.submit()
    assert [(act.object_id, act.patient_id) for act in acts(house, "visit.confirmed")] == [
        (str(visit_id), mai)
    ]
