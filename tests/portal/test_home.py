"""The patient's home."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from loyalty.visits.operations import book_visit
from tests.portal.browser import Browser
from tests.portal.scenes import later
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, person


def test_home_tells_tier_points_and_both_ways(reader: Browser, session: Session, an: Patient) -> None:
    """M9: both remaining numbers; P5: what ends next, with its last day."""
    for months in (3, 2, 1):
        complete(session, an, 1_000_000, NOON - timedelta(days=30 * months))
    page = reader.get("/")
    assert page.status == 200
    assert page.texts("h1") == ["Nguyễn Văn An"]
    assert page.text(".tcard-tier") == "Silver"
    assert page.text(".tcard-pts") == "300 points"
    assert page.text(".tcard-sub").startswith("100 points are valid until")
    assert page.texts(".way .v") == ["3 more friends", "5 more visits"]


def test_milestones_say_what_the_next_friend_opens(reader: Browser, session: Session, an: Patient) -> None:
    """F14: the track with what is reached and what comes next."""
    for name in ("Bình", "Dũng"):
        friend = person(session, name)
        introduce(session, an, friend)
        complete(session, friend)
    page = reader.get("/")
    assert page.text("#ms") == "You helped 2 friends"
    assert "1 more friend opens check-up." in page.text()
    assert [node.split()[0] for node in page.texts(".node")] == ["1", "3", "8"]


def test_a_new_patient_reads_what_to_do_first(reader: Browser) -> None:
    page = reader.get("/")
    assert page.text(".tcard-tier") == "Newcomer"
    assert "No appointment yet" in page.text("#appointment")
    assert "Your first visit brings points" in page.text(".tcard-sub")


def test_an_open_wish_stands_where_the_appointment_will_be(reader: Browser) -> None:
    reader.submit("/visits", "/visits/request")
    assert "Your wish for a visit is with us" in reader.get("/").text("#appointment")


def test_home_needs_a_login(visitor: Browser) -> None:
    page = visitor.get("/")
    assert page.status == 303
    assert page.location.startswith("/login")


def test_another_patients_home_shows_nothing_of_an(
    log_in: Callable[..., Browser], chi: Patient, an: Patient, session: Session
) -> None:
    complete(session, an)
    page = log_in(chi).get("/")
    assert an.name not in page.html
    assert an.card_number[:4] not in page.text(".tcard")
    assert page.text(".tcard-pts") == "0 points"


@pytest.mark.parametrize("rows", [1, 3])
def test_home_costs_four_statements_whatever_happened(
    warm: Flask, log_in: Callable[..., Browser], session: Session, an: Patient, rows: int, statements: Any
) -> None:
    for number in range(rows):
        complete(session, an, now=NOON - timedelta(days=10 + number))
        book_visit(session, patient_id=an.id, scheduled_at=later(3 + number), actor=LAN, now=NOON)
        introduce(session, an, person(session, f"Friend {number}"))
    commit(session)
    reader = log_in(an)
    reader.get("/")
    with statements() as seen:
        assert reader.get("/").status == 200
    assert len(seen) <= 4


def test_home_is_small(reader: Browser, session: Session, an: Patient) -> None:
    """Page budget: HTML of at most 8 KB compressed."""
    complete(session, an)
    assert len(gzip.compress(reader.get("/").html.encode())) <= 8 * 1024
