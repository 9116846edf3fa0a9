"""Points: what can be used, how long it lasts, every change in plain words."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from loyalty.kernel import clock
from loyalty.patients.models import Patient
from loyalty.points.operations import redeem
from loyalty.visits.operations import refund_visit
from tests.portal.browser import Browser
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, person


def test_lots_are_listed_with_their_last_days(reader: Browser, session: Session, an: Patient) -> None:
    """P5: six calendar months from the local day of earning."""
    complete(session, an, 2_000_000)
    complete(session, an, 500_000, NOON - timedelta(days=31))
    page = reader.get("/points")
    assert page.text(".bal .big") == "250 points"
    assert page.texts("ul.divide")[0] == "until Apr 17, 2027 50 until May 17, 2027 200"
    assert page.texts(".amt") == ["+50", "+200"] or page.texts(".amt") == ["+200", "+50"]


def test_what_has_ended_can_not_be_used_whether_or_not_a_job_ran(
    log_in: Callable[..., Browser], session: Session, an: Patient
) -> None:
    """TM3, TM4: valid through the whole last day, gone on the next."""
    complete(session, an, 1_000_000)
    with time_machine.travel("2027-05-17T16:59:00+00:00", tick=False):
        assert _shown(log_in, an) == "100 points"
    with time_machine.travel("2027-05-17T17:01:00+00:00", tick=False):
        assert _shown(log_in, an) == "0 points"


def _shown(log_in: Callable[..., Browser], an: Patient) -> str:
    return log_in(an, now=clock.now()).get("/points").text(".bal .big")


def test_a_balance_below_zero_is_explained(reader: Browser, session: Session, an: Patient) -> None:
    """P10: points already used and then taken back; the patient reads a plain explanation."""
    visit_id = complete(session, an, 1_000_000)
    redeem(session, patient_id=an.id, points=80, key="used", today=NOON.date(), actor=LAN, now=NOON)
    commit(session)
    refund_visit(session, visit_id=visit_id, key="r", amount_minor=1_000_000, actor=LAN, now=NOON)
    commit(session)
    page = reader.get("/points")
    assert page.text(".bal .big") == "-80 points"
    assert "80 points are still owed. Your next points fill this first" in page.text(".note.warn")
    assert page.texts(".amt")[0] == "−100"


def test_nothing_yet(reader: Browser) -> None:
    assert "No points yet" in reader.get("/points").text(".empty")


def test_older_changes_are_appended(reader: Browser, session: Session, an: Patient) -> None:
    for days in range(23):
        complete(session, an, 100_000, NOON - timedelta(days=days))
    first = reader.get("/points")
    assert len(first.texts(".amt")) == 20
    link = first.tree.css_first("a.more")
    assert link is not None
    rest = reader.get(link.attributes["href"] or "", HX_Request="true")
    assert rest.html.count('class="amt plus"') == 3
    assert "<html" not in rest.html
    without_script = reader.get(link.attributes["href"] or "")
    assert len(without_script.texts(".amt")) == 3
    assert without_script.texts("h1") == ["Points"]


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "9" * 30, "²"])
def test_a_made_up_page_is_not_found(reader: Browser, before: str) -> None:
    assert reader.get(f"/points?before={before}").status == 404


def test_a_friends_thanks_name_neither_friend_nor_step(
    reader: Browser, session: Session, an: Patient
) -> None:
    """F15: of the friend points only."""
    friend = person(session, "Bình Kín")
    introduce(session, an, friend)
    complete(session, friend)
    page = reader.get("/points")
    assert page.texts(".amt") == ["+50", "+50"]
    assert "Bình" not in page.html
    assert "visit" not in page.texts("ul.divide")[-1].lower()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_change_and_three(
    log_in: Callable[..., Browser], session: Session, an: Patient, rows: int, statements: Any
) -> None:
    for number in range(rows):
        complete(session, an, now=NOON - timedelta(days=number))
    reader = log_in(an)
    with statements() as seen:
        reader.get("/points")
    assert len(seen) == 4


def test_points_need_a_login(visitor: Browser) -> None:
    assert visitor.get("/points").status == 303


def test_f15_thanks_for_a_friend_do_not_tell_the_day_of_her_visit(
    reader: Browser, session: Session, an: Patient
) -> None:
    friend = person(session, "Trần Thị Bình")
    introduce(session, an, friend)
    complete(session, friend)
    complete(session, an, 500_000)
    page = reader.get("/points")
    assert page.texts(".divide .grow .s") == ["valid until May 17, 2027", "November 2026", "November 2026"]
