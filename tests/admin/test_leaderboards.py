"""The monthly board: counted, reviewed, published once, and then left as it is (B2 to B6)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.clock import Month, clinic_calendar
from loyalty.kernel.clock import now as clock_now
from loyalty.leaderboard.models import Board, Nickname
from loyalty.leaderboard.operations import propose_nickname
from loyalty.patients.operations import record_consent
from tests.admin.conftest import As
from tests.admin.scenes import acts, completed, invited, someone, statements
from tests.support.acting import commit
from tests.support.visitor import Visitor, seen

CALENDAR = clinic_calendar("Asia/Ho_Chi_Minh")


def last_month() -> Month:
    return CALENDAR.month_of(clock_now()).plus(-1)


def helper(house: Session, name: str = "Nguyễn Thị Mai", nickname: str = "Sen Nhỏ", friends: int = 1) -> int:
    """A patient who helped friends last month, agreed to be named, and proposed a nickname."""
    during = CALENDAR.month_bounds(last_month())[0] + timedelta(days=9)
    patient = someone(house, name, now=during - timedelta(days=90))
    record_consent(
        house,
        patient_id=patient,
        purpose="leaderboard",
        granted=True,
        source="portal",
        wording="test",
        actor=Actor("patient", patient),
        now=during,
    )
    propose_nickname(
        house,
        patient_id=patient,
        nickname=nickname,
        real_name_allowed=False,
        actor=Actor("patient", patient),
        now=during,
    )
    commit(house, during)
    for number in range(friends):
        friend, _referral = invited(house, patient, f"{name} friend {number}", now=during)
        completed(house, friend, now=during + timedelta(hours=number + 1))
    return patient


def draft(visitor: Visitor) -> str:
    path = f"/admin/leaderboards/{last_month()}"
    visitor.get("/admin/leaderboards").form(f"{path}/draft").submit()
    return path


def states(house: Session) -> list[str]:
    return seen(house, select(Board.state))


def test_b2_counting_makes_a_draft_and_again(as_staff: As, house: Session) -> None:
    helper(house, friends=2)
    director = as_staff("director")
    path = draft(director)
    page = director.get(path)
    assert page.texts("tbody td[data-label=Helped]") == ["2"]
    assert page.texts("tbody td[data-label=Patient]") == ["Nguyễn Thị Mai"]
    helper(house, "Phan Nhật Minh", "Biển Xanh")
    page.form(f"{path}/draft").submit()
    assert director.get(path).texts("tbody td[data-label=Rank]") == ["1", "2"]
    assert states(house) == ["draft"]


def test_b3_a_waiting_nickname_stops_publishing(as_staff: As, house: Session) -> None:
    helper(house)
    director = as_staff("director")
    path = draft(director)
    page = director.get(path).form(f"{path}/publish").submit(status=409)
    assert page.texts(".note.bad") == ["1 nickname still waits for your decision."]
    assert states(house) == ["draft"]


def test_b6_approved_and_published(as_staff: As, house: Session) -> None:
    patient = helper(house)
    director = as_staff("director")
    path = draft(director)
    director.post(f"/admin/nicknames/{patient}", nickname_values(director, path, patient, "approve"))
    publish = director.get(path).form(f"{path}/publish")
    publish.submit()
    publish.submit()
    page = director.get(path)
    assert page.texts("h1 + .chip") == ["Published"]
    assert page.texts("tbody td[data-label='Public name'] b") == ["Sen Nhỏ"]
    assert len(acts(house, "leaderboard.published")) == 1
    director.get(path).tree.css_first(f"a[href='/b/{last_month()}']")


def test_b3_a_published_board_is_not_counted_anew(as_staff: As, house: Session) -> None:
    helper(house, nickname="Sen")
    house.query(Nickname).update({"state": "approved"})
    commit(house)
    director = as_staff("director")
    path = draft(director)
    page = director.get(path)
    page.form(f"{path}/publish").submit()
    page.form(f"{path}/draft").submit(status=409)
    assert states(house) == ["published"]


def test_two_managers_publish_and_recount(as_staff: As, house: Session) -> None:
    helper(house)
    house.query(Nickname).update({"state": "approved"})
    commit(house)
    one, other = as_staff("director"), as_staff("director")
    path = draft(one)
    publish, recount = one.get(path).form(f"{path}/publish"), other.get(path).form(f"{path}/draft")
    publish.submit()
    assert recount.submit(status=409).texts(".note.bad")


def test_b5_an_empty_month_is_not_published(as_staff: As, house: Session) -> None:
    director = as_staff("director")
    path = draft(director)
    director.get(path).form(f"{path}/publish").submit(status=409)
    assert states(house) == ["draft"]


def test_b2_this_month_is_too_early(as_staff: As, house: Session) -> None:
    director = as_staff("director")
    values = director.get("/admin/leaderboards").form(f"/admin/leaderboards/{last_month()}/draft").values
    director.post(f"/admin/leaderboards/{last_month().plus(1)}/draft", values, status=409)
    assert states(house) == []


def nickname_values(visitor: Visitor, path: str, patient: int, decision: str) -> dict[str, str]:
    """The values of one of the three forms beside a nickname."""
    for node in visitor.get(path).tree.css(f"form[action='/admin/nicknames/{patient}']"):
        values = {
            str(field.attributes["name"]): field.attributes.get("value") or ""
            for field in node.css("input[name]")
        }
        if values["decision"] == decision:
            return values
    raise AssertionError(decision)


@pytest.mark.parametrize(
    ("decision", "more", "state", "changed"),
    [
        ("approve", {}, "approved", None),
        ("refuse", {}, "refused", None),
        ("change", {"change_to": "Hoa Sen"}, "approved", "Hoa Sen"),
    ],
)
def test_marketing_decides_on_names(
    as_staff: As, house: Session, decision: str, more: dict[str, str], state: str, changed: str | None
) -> None:
    patient = helper(house)
    minh = as_staff("minh")
    values = nickname_values(minh, "/admin/leaderboards", patient, decision)
    minh.post(f"/admin/nicknames/{patient}", {**values, **more})
    minh.post(f"/admin/nicknames/{patient}", {**values, **more})
    found = seen(house, select(Nickname))[0]
    assert (found.state, found.changed_to) == (state, changed)
    assert len(acts(house, "nickname.")) == 2  # proposed, decided once


@pytest.mark.parametrize("word", ["", "x", "0905123456", "Nguyễn Thị Mai", "a" * 41])
def test_b6_no_change_to_what_no_patient_could_choose(as_staff: As, house: Session, word: str) -> None:
    patient = helper(house)
    minh = as_staff("minh")
    values = nickname_values(minh, "/admin/leaderboards", patient, "change")
    status = 409 if 0 < len(word) <= 40 else 422
    minh.post(f"/admin/nicknames/{patient}", {**values, "change_to": word}, status=status)
    found = seen(house, select(Nickname))[0]
    assert (found.state, found.changed_to) == ("waiting", None)


def test_a_newer_wish_is_not_decided_unseen(as_staff: As, house: Session) -> None:
    patient = helper(house)
    minh = as_staff("minh")
    values = nickname_values(minh, "/admin/leaderboards", patient, "approve")
    propose_nickname(
        house,
        patient_id=patient,
        nickname="Another",
        real_name_allowed=False,
        actor=Actor("patient", patient),
        now=clock_now(),
    )
    commit(house)
    minh.post(f"/admin/nicknames/{patient}", values, status=409)
    assert [found.state for found in seen(house, select(Nickname))] == ["waiting"]


def test_the_review_costs_the_same_for_three(app: Flask, as_staff: As, house: Session) -> None:
    director, counts = as_staff("director"), []
    path = f"/admin/leaderboards/{last_month()}"
    for number in range(3):
        helper(house, f"Helper {number}", f"Nickname {'abc'[number]}")
        token = director.get("/admin/").tree.css_first("input[name=csrf_token]")
        assert token is not None
        director.post(f"{path}/draft", {"csrf_token": token.attributes["value"] or ""})
        with statements(app) as sent:
            director.get(path)
        counts.append(len(sent))
    assert counts[1] == counts[2]
