"""A patient's wish for a time."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from loyalty.visits.models import AppointmentRequest
from tests.portal.browser import Browser
from tests.portal.scenes import all_of


def _wishes(session: Session) -> list[AppointmentRequest]:
    return all_of(session, AppointmentRequest)


def test_a_wish_is_kept_with_day_and_part_of_the_day(reader: Browser, session: Session, an: Patient) -> None:
    page = reader.submit(
        "/visits", "/visits/request", wished_on="2026-11-20", part_of_day="morning", note="wheelchair"
    )
    assert page.status == 303
    [wish] = _wishes(session)
    assert (wish.patient_id, wish.wished_on, wish.part_of_day, wish.note) == (
        an.id,
        date(2026, 11, 20),
        "morning",
        "wheelchair",
    )
    assert "Friday, November 20, 2026, morning" in reader.get("/visits").text()


def test_any_day_is_the_choice_made_beforehand(reader: Browser, session: Session) -> None:
    reader.submit("/visits", "/visits/request")
    [wish] = _wishes(session)
    assert (wish.wished_on, wish.part_of_day) == (None, "any")


def test_the_same_form_sent_twice_is_one_wish(reader: Browser, session: Session) -> None:
    form = reader.get("/visits").fields("/visits/request")
    for _ in range(2):
        assert reader.post("/visits/request", form).status == 303
    assert len(_wishes(session)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"wished_on": "2025-01-01"},
        {"wished_on": "nonsense"},
        {"part_of_day": "midnight"},
        {"note": "x" * 301},
    ],
)
def test_what_was_not_offered_is_refused_beside_the_form(
    reader: Browser, session: Session, wrong: dict[str, str]
) -> None:
    page = reader.submit("/visits", "/visits/request", **wrong)
    assert page.status == 422
    assert page.tree.css_first("[role=alert]") is not None
    assert _wishes(session) == []


def test_reading_the_address_asks_for_nothing(reader: Browser, session: Session) -> None:
    assert reader.get("/visits/request").status == 405
    assert _wishes(session) == []


def test_asking_needs_a_login(visitor: Browser) -> None:
    assert visitor.get("/visits").location.startswith("/login")
