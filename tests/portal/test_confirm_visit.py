""" "I will come": one's own booked visit, once."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from loyalty.visits.models import Visit
from loyalty.visits.operations import book_visit, cancel_visit
from tests.portal.browser import Browser
from tests.portal.scenes import fresh, later
from tests.support.acting import commit
from tests.support.cast import LAN, NOON


@pytest.fixture
def booked(session: Session, an: Patient) -> Visit:
    visit = book_visit(session, patient_id=an.id, scheduled_at=later(3), actor=LAN, now=NOON)
    commit(session)
    return visit


def test_confirming_from_home_is_seen_there(reader: Browser, booked: Visit, session: Session) -> None:
    page = reader.submit("/", f"/visits/{booked.id}/confirm")
    assert (page.status, page.location) == (303, "/")
    assert "Confirmed" in reader.get("/").text("#appointment")
    assert fresh(session, booked).confirmed_at is not None


def test_with_htmx_the_button_becomes_a_chip(reader: Browser, booked: Visit) -> None:
    page = reader.post(f"/visits/{booked.id}/confirm", {"csrf_token": reader.token()}, HX_Request="true")
    assert page.status == 200
    assert page.text("span[role=status]") == "Confirmed"
    assert "<html" not in page.html


def test_saying_it_twice_is_as_good_as_once(reader: Browser, booked: Visit, session: Session) -> None:
    token = reader.token()
    for _ in range(2):
        assert reader.post(f"/visits/{booked.id}/confirm", {"csrf_token": token}).status == 303
    assert fresh(session, booked).version == 2


def test_reading_the_address_confirms_nothing(reader: Browser, booked: Visit, session: Session) -> None:
    assert reader.get(f"/visits/{booked.id}/confirm").status == 405
    assert fresh(session, booked).confirmed_at is None


def test_somebody_elses_visit_does_not_exist(
    log_in: Callable[..., Browser], chi: Patient, booked: Visit, session: Session
) -> None:
    stranger = log_in(chi)
    assert stranger.post(f"/visits/{booked.id}/confirm", {"csrf_token": stranger.token()}).status == 404
    assert fresh(session, booked).confirmed_at is None


def test_an_unknown_visit_is_not_found(reader: Browser) -> None:
    assert reader.post("/visits/999/confirm", {"csrf_token": reader.token()}).status == 404


def test_a_cancelled_visit_can_not_be_confirmed(reader: Browser, booked: Visit, session: Session) -> None:
    cancel_visit(session, visit_id=booked.id, actor=LAN, now=NOON)
    commit(session)
    reader.post(f"/visits/{booked.id}/confirm", {"csrf_token": reader.token()})
    assert "can no longer be confirmed" in reader.get("/visits").text(".flashes")
    assert fresh(session, booked).confirmed_at is None


def test_without_the_token_nothing_happens(reader: Browser, booked: Visit, session: Session) -> None:
    assert reader.post(f"/visits/{booked.id}/confirm", {}).status == 400
    assert fresh(session, booked).confirmed_at is None
