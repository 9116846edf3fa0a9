"""The referral board, one referral, and the decision about a flagged one (F6, F7)."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.referrals.models import Referral
from tests.admin.conftest import As
from tests.admin.scenes import (
    acts,
    arrived,
    booked,
    completed,
    invited,
    own_form,
    points_of,
    someone,
    statements,
    token_of,
)
from tests.support.visitor import seen


def test_each_friend_stands_in_her_column(as_staff: As, house: Session) -> None:
    mai = someone(house)
    invited(house, mai, "Introduced One")
    booked(house, invited(house, mai, "Booked One")[0])
    arrived(house, invited(house, mai, "Visited One")[0])
    completed(house, invited(house, mai, "Rewarded One")[0])
    page = as_staff("lan").get("/admin/referrals")
    cards = [[card.text().strip() for card in column.css(".kcard .t b")] for column in page.tree.css(".col")]
    assert cards == [["Introduced One"], ["Booked One"], ["Visited One"], ["Rewarded One"]]
    assert page.texts(".kcard .btn") == ["Book: Introduced One", "Arrived", "Register visit: Visited One"]
    assert page.texts(".kcard .chip") == ["Half paid", "Paid in full"]


def test_arrived_on_the_board_moves_the_card(as_staff: As, house: Session) -> None:
    friend, _referral = invited(house, someone(house))
    visit_id = booked(house, friend)
    lan = as_staff("lan")
    page = lan.get("/admin/referrals").form(f"/admin/visits/{visit_id}/arrive").submit().follow()
    assert page.texts(".col header .chip") == ["0", "0", "1", "0"]


def test_show_more_brings_the_rest_of_a_column(
    as_staff: As, house: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.referrals.CARDS", 2)
    mai = someone(house)
    for name in ("One", "Two", "Three"):
        invited(house, mai, name)
    lan = as_staff("lan")
    link = lan.get("/admin/referrals").tree.css_first(".col a.more")
    assert link is not None
    path = link.attributes["href"] or ""
    assert lan.get(path, htmx=True).texts(".kcard b") == ["One"]
    assert lan.get(path).texts(".kcard b") == ["One"]


def test_the_list_narrows_to_those_to_check(as_staff: As, house: Session) -> None:
    mai = someone(house)
    invited(house, mai, "Clean One")
    invited(house, mai, "Flagged One", same_device=True)
    page = as_staff("lan").get("/admin/referrals?only=flagged")
    assert page.texts("tbody tr td:first-child") == ["Flagged One"]
    assert "Same device as the inviter" in page.text("tbody")


def test_f6_approving_gives_what_was_held(as_staff: As, house: Session) -> None:
    mai = someone(house)
    friend, referral_id = invited(house, mai, same_device=True)
    arrived(house, friend)
    assert points_of(house, mai) == []
    form = own_form(as_staff("director").get(f"/admin/referrals/{referral_id}"))
    form.fill(decision="approve", reason="They share a tablet").submit()
    form.submit()
    assert points_of(house, mai) == [("referral", 50)]
    assert [entry.reason for entry in acts(house, "referral.approved")] == ["They share a tablet"]


def test_f6_rejecting_ends_it(as_staff: As, house: Session) -> None:
    mai = someone(house)
    friend, referral_id = invited(house, mai, same_device=True)
    form = own_form(as_staff("director").get(f"/admin/referrals/{referral_id}"))
    form.fill(decision="reject", reason="The same person").submit()
    completed(house, friend)
    assert seen(house, select(Referral.stage)) == ["rejected"]
    assert points_of(house, mai) == []


@pytest.mark.parametrize(
    "values", [{"decision": "approve"}, {"reason": "None"}, {"decision": "x", "reason": "y"}]
)
def test_half_a_decision_decides_nothing(as_staff: As, house: Session, values: dict[str, str]) -> None:
    _friend, referral_id = invited(house, someone(house), same_device=True)
    page = own_form(as_staff("director").get(f"/admin/referrals/{referral_id}")).submit(status=422, **values)
    assert page.texts("[role=alert] p")
    assert seen(house, select(Referral.cleared_at)) == [None]


def test_two_windows_decide_differently(as_staff: As, house: Session) -> None:
    _friend, referral_id = invited(house, someone(house), same_device=True)
    first, second = (own_form(as_staff("director").get(f"/admin/referrals/{referral_id}")) for _ in range(2))
    first.submit(decision="reject", reason="The same person")
    second.submit(decision="approve", reason="Looks fine")
    assert seen(house, select(Referral.stage)) == ["rejected"]
    assert acts(house, "referral.approved") == []


def test_only_a_manager_decides(as_staff: As, house: Session) -> None:
    _friend, referral_id = invited(house, someone(house), same_device=True)
    lan = as_staff("lan")
    page = lan.get(f"/admin/referrals/{referral_id}")
    assert page.texts("main form") == []
    assert lan.get("/admin/referrals").texts(".kcard .btn") == ["Book: Daniel Reed"]
    assert "to check" not in lan.get("/admin/").text("#tasks")
    values = {"csrf_token": token_of(page), "decision": "approve", "reason": "Looks fine"}
    lan.post(f"/admin/referrals/{referral_id}/decide", values, status=403)
    assert acts(house, "referral.approved") == []
    assert as_staff("director").get("/admin/referrals").texts(".kcard .btn") == ["Check: Daniel Reed"]


def test_one_referral_tells_its_story(as_staff: As, house: Session) -> None:
    friend, referral_id = invited(house, someone(house))
    completed(house, friend)
    page = as_staff("minh").get(f"/admin/referrals/{referral_id}")
    assert page.texts(".step.on") == ["Introduced", "Booked", "Visited", "Rewarded"]
    assert page.texts("main a[href^='/admin/patients']") == []
    assert [entry.patient_id for entry in acts(house, "patient.viewed")] == [friend]


@pytest.mark.parametrize("path", ["/admin/referrals", "/admin/referrals?view=list"])
def test_the_board_costs_the_same_for_three(app: Flask, as_staff: As, house: Session, path: str) -> None:
    lan, mai, counts = as_staff("lan"), someone(house), []
    for number in range(3):
        for step in (booked, arrived, completed):
            step(house, invited(house, mai, f"{step.__name__} {number}")[0])
        with statements(app) as sent:
            lan.get(path)
        counts.append(len(sent))
    assert counts[0] == counts[2]
