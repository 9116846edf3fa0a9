"""One patient's page: what it shows, who may see it, what looking at it leaves behind."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.admin.conftest import As
from tests.admin.scenes import acts, booked, completed, invited, someone, statements

TABS = ("timeline", "visits", "points", "messages", "tiers", "log")


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_empty_and_full(as_staff: As, house: Session, tab: str) -> None:
    mai = someone(house)
    director = as_staff("director")
    assert director.get(f"/admin/patients/{mai}?tab={tab}").text("h1") == "Nguyễn Thị Mai"
    completed(house, mai)
    friend, _referral = invited(house, mai)
    completed(house, friend)
    booked(house, mai)
    assert director.get(f"/admin/patients/{mai}?tab={tab}").text("h1") == "Nguyễn Thị Mai"


def test_staff_see_who_sent_whom(as_staff: As, house: Session) -> None:
    oanh = someone(house, "Hoàng Kim Oanh")
    mai, _referral = invited(house, oanh, "Nguyễn Thị Mai")
    completed(house, mai)
    invited(house, mai, "Vũ Ngọc Lan")
    page = as_staff("lan").get(f"/admin/patients/{mai}")
    assert page.texts(".tree b") == ["Hoàng Kim Oanh", "Nguyễn Thị Mai", "Vũ Ngọc Lan"]
    assert page.texts(".tree .chip") == ["Introduced"]


def test_m9_both_ways_to_the_next_tier(as_staff: As, house: Session) -> None:
    mai = someone(house)
    completed(house, mai)
    page = as_staff("lan").get(f"/admin/patients/{mai}")
    assert "To Silver: 2 more visits or 1 more friend" in page.text("main")


def test_the_ledger_names_rule_and_last_day(as_staff: As, house: Session) -> None:
    mai = someone(house)
    completed(house, mai, 1_000_000)
    page = as_staff("lan").get(f"/admin/patients/{mai}?tab=points")
    assert page.texts("td .amt") == ["+100"]


def test_a1_opening_a_record_is_noted_once(as_staff: As, house: Session) -> None:
    mai = someone(house)
    as_staff("lan").get(f"/admin/patients/{mai}")
    assert [(entry.action, entry.patient_id) for entry in acts(house, "patient.viewed")] == [
        ("patient.viewed", mai)
    ]


@pytest.mark.parametrize("tab", ["visits", "points", "messages"])
def test_a1_a_part_of_a_record_is_a_look_too(as_staff: As, house: Session, tab: str) -> None:
    mai = someone(house)
    completed(house, mai, 1_000_000)
    path = f"/admin/patients/{mai}?tab={tab}&before=999"
    assert as_staff("lan").get(path, htmx=True).response.status_code == 200
    assert [entry.patient_id for entry in acts(house, "patient.viewed")] == [mai]


def test_a1_revealing_a_phone_is_noted(as_staff: As, house: Session) -> None:
    mai = someone(house, phone="+84905000218")
    lan = as_staff("lan")
    page = lan.get(f"/admin/patients/{mai}")
    assert "+84905000218" not in page.response.text
    form = page.form(f"/admin/patients/{mai}/phone")
    assert "+84905000218" in form.submit(status=200).text("#phone")
    assert "+84905000218" in lan.post(form.action, form.values, status=200, htmx=True).text("#phone")
    assert len(acts(house, "phone.revealed")) == 2


def test_the_log_is_for_those_who_may_read_it(as_staff: As, house: Session) -> None:
    mai = someone(house)
    assert "Log" not in as_staff("lan").get(f"/admin/patients/{mai}").texts(".tabs a")
    as_staff("lan").get(f"/admin/patients/{mai}?tab=log", status=404)
    as_staff("director").get(f"/admin/patients/{mai}?tab=log")


def test_marketing_may_not_open_records(as_staff: As, house: Session) -> None:
    as_staff("minh").get(f"/admin/patients/{someone(house)}", status=403)


def test_a_long_history_comes_in_parts(as_staff: As, house: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin.patient_tabs.PAGE", 1)
    mai = someone(house)
    completed(house, mai)
    completed(house, mai)
    lan = as_staff("lan")
    link = lan.get(f"/admin/patients/{mai}?tab=visits").tree.css_first("a.more")
    assert link is not None
    part = lan.get(link.attributes["href"] or "", htmx=True)
    assert part.texts(".chip") == ["Completed"]


@pytest.mark.parametrize("tab", TABS)
def test_the_page_costs_the_same_for_three(app: Flask, as_staff: As, house: Session, tab: str) -> None:
    mai, director, counts = someone(house), as_staff("director"), []
    for number in range(3):
        completed(house, mai)
        friend, _referral = invited(house, mai, f"Friend {number}")
        completed(house, friend)
        with statements(app) as sent:
            director.get(f"/admin/patients/{mai}?tab={tab}")
        counts.append(len(sent))
    assert counts[0] == counts[2]
