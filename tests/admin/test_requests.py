"""Wishes for a time: booked with a day and a time, or closed with a reason."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.visits.models import AppointmentRequest, Visit
from tests.admin.conftest import As
from tests.admin.scenes import acts, invited, own_form, someone, statements, wish
from tests.support.visitor import seen


def state(house: Session, request_id: int) -> str:
    found: str = seen(house, select(AppointmentRequest.state).where(AppointmentRequest.id == request_id))[0]
    return found


def test_the_list_says_who_sent_the_friend(as_staff: As, house: Session) -> None:
    mai = someone(house)
    friend, _referral = invited(house, mai)
    wish(house, friend)
    page = as_staff("lan").get("/admin/requests")
    assert page.texts("li .chip") == ["Sent by Nguyễn Thị Mai", "First visit"]


def test_booking_answers_the_wish(as_staff: As, house: Session) -> None:
    friend, _referral = invited(house, someone(house))
    request_id = wish(house, friend)
    page = as_staff("lan").get(f"/admin/patients/{friend}/book?request={request_id}")
    form = own_form(page)
    assert (form.values["day"], form.values["time"]) == ("2030-01-03", "09:00")
    page = form.fill(day="2026-12-01", time="10:30").submit()
    visits = seen(house, select(Visit).where(Visit.patient_id == friend))
    assert [(visit.status, visit.scheduled_at.isoformat()) for visit in visits] == [
        ("booked", "2026-12-01T03:30:00+00:00")
    ]
    assert page.location == f"/admin/visits/{visits[0].id}"
    assert state(house, request_id) == "booked"


def test_the_same_form_twice_books_once(as_staff: As, house: Session) -> None:
    patient = someone(house)
    form = own_form(as_staff("lan").get(f"/admin/patients/{patient}/book")).fill(
        day="2026-12-01", time="10:30"
    )
    assert form.submit().location == form.submit().location
    assert len(seen(house, select(Visit))) == 1


def test_two_receptionists_answer_one_wish(as_staff: As, house: Session) -> None:
    patient = someone(house)
    path = f"/admin/patients/{patient}/book?request={wish(house, patient)}"
    first, second = (
        own_form(as_staff(name).get(path)).fill(day="2026-12-01", time="10:30") for name in ("lan", "hoa")
    )
    first.submit()
    assert second.submit(status=409).texts("[role=alert] p")
    assert len(seen(house, select(Visit))) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": "", "time": "09:00"}, "day"),
        ({"day": "never", "time": "09:00"}, "day"),
        ({"day": "2020-01-01", "time": "09:00"}, "day"),
        ({"day": "2026-12-01", "time": "nine"}, "time"),
        ({"day": "2026-12-01", "time": "09:00", "doctor": "77"}, "doctor"),
    ],
)
def test_nonsense_books_nothing(as_staff: As, house: Session, values: dict[str, str], field: str) -> None:
    patient = someone(house)
    page = own_form(as_staff("lan").get(f"/admin/patients/{patient}/book")).submit(status=422, **values)
    assert page.texts(f"#{field}-error")
    assert seen(house, select(Visit)) == []


def test_another_patients_wish_is_not_answered(as_staff: As, house: Session) -> None:
    request_id = wish(house, someone(house))
    as_staff("lan").get(f"/admin/patients/{someone(house, 'Chi')}/book?request={request_id}", status=404)


def test_closing_needs_a_reason(as_staff: As, house: Session) -> None:
    request_id = wish(house, someone(house))
    form = as_staff("lan").get("/admin/requests").form(f"/admin/requests/{request_id}/close")
    assert form.submit(status=422).texts(".errmsg") == ["Please fill this in."]
    assert state(house, request_id) == "open"


def test_closing_twice_is_closing_once(as_staff: As, house: Session) -> None:
    request_id = wish(house, someone(house))
    form = as_staff("lan").get("/admin/requests").form(f"/admin/requests/{request_id}/close")
    form.fill(reason="Called, does not need it").submit()
    form.submit()
    assert [entry.reason for entry in acts(house, "appointment.closed")] == ["Called, does not need it"]


def test_the_list_costs_the_same_for_three(app: Flask, as_staff: As, house: Session) -> None:
    lan, counts = as_staff("lan"), []
    for number in range(3):
        friend, _referral = invited(house, someone(house, f"Mai {number}"), f"Friend {number}")
        wish(house, friend, f"wish number {number} of the test")
        with statements(app) as sent:
            lan.get("/admin/requests")
        counts.append(len(sent))
    assert counts[0] == counts[2]
