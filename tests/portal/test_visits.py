"""Visits to come and visits made."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from loyalty.visits.operations import book_visit
from tests.portal.browser import Browser
from tests.portal.scenes import later
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete


def test_the_next_visit_stands_first(reader: Browser, session: Session, an: Patient) -> None:
    for days in (9, 2):
        book_visit(session, patient_id=an.id, scheduled_at=later(days), actor=LAN, now=NOON)
    commit(session)
    assert reader.get("/visits").texts(".appt .datebox b") == ["19", "26"]


def test_older_visits_are_appended(reader: Browser, session: Session, an: Patient) -> None:
    for days in range(25):
        complete(session, an, now=NOON - timedelta(days=days + 1))
    first = reader.get("/visits")
    assert len(first.texts("ul.divide .chip")) == 20
    link = first.tree.css_first("a.more")
    assert link is not None
    rest = reader.get(link.attributes["href"] or "", HX_Request="true")
    assert "<html" not in rest.html
    assert rest.html.count("Completed") == 5
    assert "Show more" not in rest.html
    assert "Completed" in reader.get(link.attributes["href"] or "").text()


@pytest.mark.parametrize("before", ["x", "2026-01-01_x", "2026-01-01T00:00:00_1", "_", "9" * 40])
def test_a_made_up_page_is_not_found(reader: Browser, before: str) -> None:
    assert reader.get(f"/visits?before={before}").status == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_visit_and_three(
    log_in: Callable[..., Browser], session: Session, an: Patient, rows: int, statements: Any
) -> None:
    for number in range(rows):
        complete(session, an, now=NOON - timedelta(days=number))
    reader = log_in(an)
    with statements() as seen:
        reader.get("/visits")
    assert len(seen) == 3
