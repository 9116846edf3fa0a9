"""One's own invitations: of a friend only what that friend allowed (F15)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.patients.models import Patient
from loyalty.patients.operations import record_consent
from loyalty.visits.operations import book_visit, mark_arrived
from tests.portal.browser import Browser
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, person


def _allow(session: Session, friend: Patient, granted: bool = True) -> None:
    record_consent(
        session, patient_id=friend.id, purpose="referral", granted=granted, source="portal", wording="test",
        actor=Actor("patient", friend.id), now=NOON,
    )  # fmt: skip
    commit(session)


def test_without_consent_neither_name_nor_step_nor_day(
    reader: Browser, session: Session, an: Patient
) -> None:
    friend = person(session, "Bình Kín")
    introduce(session, an, friend)
    complete(session, friend)
    page = reader.get("/invitations")
    assert page.texts("ul.divide li .h-sm") == ["A friend"]
    assert page.texts("ul.divide .amt") == ["+100"]
    assert page.tree.css_first(".steps") is None
    for secret in ("Bình", "Visited", "Nov 17", "2026"):
        assert secret not in page.text("ul.divide")


def test_with_consent_name_and_steps(reader: Browser, session: Session, an: Patient) -> None:
    friend = person(session, "Bình Mở")
    introduce(session, an, friend)
    _allow(session, friend)
    assert reader.get("/invitations").texts(".step.on") == ["Invited"]
    visit = book_visit(session, patient_id=friend.id, scheduled_at=NOON, actor=LAN, now=NOON)
    mark_arrived(session, visit_id=visit.id, actor=LAN, now=NOON)
    commit(session)
    page = reader.get("/invitations")
    assert page.texts("ul.divide li .h-sm") == ["Bình Mở"]
    assert page.texts(".step.on")[:3] == ["Invited", "Booked", "Visited"]
    assert page.tree.css_first(".step.half") is not None
    assert "50 more points after the first paid visit" in page.text("ul.divide")


def test_consent_withdrawn_hides_the_friend_again(reader: Browser, session: Session, an: Patient) -> None:
    friend = person(session, "Bình Mở")
    introduce(session, an, friend)
    _allow(session, friend)
    _allow(session, friend, granted=False)
    assert "Bình" not in reader.get("/invitations").html


def test_no_one_invited_yet(reader: Browser) -> None:
    assert "Two cards are waiting." in reader.get("/invitations").text(".empty")


def test_a_stranger_sees_none_of_them(
    log_in: Callable[..., Browser], chi: Patient, session: Session, an: Patient
) -> None:
    friend = person(session, "Bình Mở")
    introduce(session, an, friend)
    _allow(session, friend)
    assert "Bình" not in log_in(chi).get("/invitations").html


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_friend_and_three(
    log_in: Callable[..., Browser], session: Session, an: Patient, rows: int, statements: Any
) -> None:
    for number in range(rows):
        introduce(session, an, person(session, f"Friend {number}"))
    reader = log_in(an)
    with statements() as seen:
        reader.get("/invitations")
    assert len(seen) == 3
