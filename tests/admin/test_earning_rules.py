"""Earning rules on the staff's pages: drafted, tried on the past, activated, replaced, retired (P2, P5)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.kernel.clock import now as clock_now
from loyalty.points.models import EarningRule, LedgerEntry
from tests.admin.conftest import As
from tests.admin.scenes import completed, own_form, points_of, service_id, someone, statements, token_of
from tests.support.visitor import FormOnPage, Page, Visitor, seen


def draft(visitor: Visitor, **values: str) -> FormOnPage:
    form = own_form(visitor.get("/admin/earning-rules/new"))
    return form.fill(**{"code": "double", "name_en": "Double points", "percent": "200", **values})


def step(page: Page, name: str, status: int = 303) -> Page:
    path = f"{page.response.request.path}/{name}"
    return page.visitor.post(path, {"csrf_token": token_of(page)}, status=status)


def rules(house: Session) -> list[tuple[str, int, str]]:
    found = seen(house, select(EarningRule).order_by(EarningRule.id))
    return [(rule.code, rule.version, rule.state) for rule in found]


def last_quarters_visit(house: Session, patient_id: int, amount: int = 1_000_000) -> int:
    """A visit in the middle of the month before."""
    first = programme(house).calendar.day_of(clock_now()).replace(day=1)
    day = first - timedelta(days=10)
    start = programme(house).calendar.day_bounds(day)[0]
    house.rollback()
    return completed(house, patient_id, amount, start + timedelta(hours=5))


def test_a_draft_changes_nothing_until_it_is_activated(as_staff: As, house: Session) -> None:
    mai, director = someone(house), as_staff("director")
    page = draft(director).submit().follow()
    assert page.text("h1") == "Double points"
    completed(house, mai)
    assert (rules(house), points_of(house, mai)) == ([("DOUBLE", 1, "draft")], [("earn", 100)])
    page = step(page, "activate").follow()
    assert "active from now on" in page.text(".flashes")
    completed(house, mai, now=clock_now())
    assert points_of(house, mai)[1] == ("earn", 200)
    entry = seen(house, select(LedgerEntry).order_by(LedgerEntry.id.desc()))[0]
    assert (entry.rule, entry.rule_ids) == ("money+DOUBLE:1", [1])


def test_before_it_is_activated_it_says_what_it_would_have_given(as_staff: As, house: Session) -> None:
    mai, director = someone(house), as_staff("director")
    last_quarters_visit(house, mai)
    last_quarters_visit(house, mai, 500_000)
    page = draft(director).submit().follow()
    text = page.text("main")
    assert "this rule would have changed what 2 of 2 paid visits earned" in text
    figures = dict(zip(page.texts("main dl.kv dt"), page.texts("main dl.kv dd"), strict=True))
    assert figures == {
        "Points given": "150",
        "With this rule": "300",
        "Difference": "+150",
        "In money": "₫150,000",
    }
    html = page.response.text
    assert html.index("would have changed") < html.index("Activate this rule")
    assert points_of(house, mai) == [("earn", 100), ("earn", 50)]


def test_a_rule_that_matches_nothing_says_so(as_staff: As, house: Session) -> None:
    last_quarters_visit(house, someone(house))
    page = draft(as_staff("director"), services=str(service_id(house, "examination"))).submit().follow()
    assert "no visit would have matched this rule" in page.text("main")


def test_p5_a_change_of_an_active_rule_is_its_next_version(as_staff: As, house: Session) -> None:
    director = as_staff("director")
    page = step(draft(director).submit().follow(), "activate").follow()
    form = own_form(director.get(f"{page.response.request.path}/edit"))
    assert form.values["percent"] == "200"
    page = form.submit(percent="300").follow()
    assert rules(house) == [("DOUBLE", 1, "active"), ("DOUBLE", 2, "draft")]
    page = step(page, "activate").follow()
    assert rules(house) == [("DOUBLE", 1, "retired"), ("DOUBLE", 2, "active")]
    assert page.texts("main tbody tr td:first-child") == ["DOUBLE:2", "DOUBLE:1"]
    step(page, "retire")
    assert rules(house)[1] == ("DOUBLE", 2, "retired")


def test_all_conditions_come_back_as_they_were_chosen(as_staff: As, house: Session) -> None:
    director = as_staff("director")
    values = {
        "services": str(service_id(house)),
        "specialties": "dental",
        "tiers": "gold",
        "weekdays": "1",
        "hours_from": "08:00",
        "hours_to": "12:00",
        "first_visit": "y",
        "popular": "y",
        "priority": "5",
        "valid_from": "2026-01-01",
        "valid_to": "2090-12-31",
        "name_vi": "Nhân đôi",
    }
    page = draft(director, **values).submit().follow()
    rule = seen(house, select(EarningRule))[0]
    assert rule.conditions == {
        "services": [service_id(house)],
        "specialties": ["dental"],
        "tiers": ["gold"],
        "weekdays": [1],
        "hours": ["08:00", "12:00"],
        "first_visit": True,
        "popular": True,
    }
    text = page.text("main")
    for words in ("200 % of the usual points", "Tuesday", "08:00 – 12:00", "only the first one", "Gold"):
        assert words in text
    again = own_form(director.get(f"{page.response.request.path}/edit")).values
    assert {name: again[name] for name in values} == values
    assert page.texts("main .chip.warn").count("missing") == 2


def test_the_day_that_ends_at_midnight(as_staff: As, house: Session) -> None:
    page = draft(as_staff("director"), hours_from="18:00", hours_to="00:00").submit().follow()
    assert seen(house, select(EarningRule))[0].conditions == {"hours": ["18:00", "24:00"]}
    edit = page.visitor.get(f"{page.response.request.path}/edit")
    assert own_form(edit).values["hours_to"] == "00:00"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "a b"}, "code"),
        ({"code": ""}, "code"),
        ({"name_en": ""}, "name_vi"),
        ({"percent": ""}, "percent"),
        ({"percent": "2000"}, "percent"),
        ({"percent": "much"}, "percent"),
        ({"effect": "points", "points": ""}, "points"),
        ({"effect": "points", "points": "1000001"}, "points"),
        ({"trigger": "birthday"}, "effect"),
        ({"hours_from": "08:00"}, "hours_to"),
        ({"hours_from": "12:00", "hours_to": "08:00"}, "hours_to"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to"),
        ({"services": "77"}, "services"),
        ({"weekdays": "9"}, "weekdays"),
    ],
)
def test_nonsense_makes_no_rule(as_staff: As, house: Session, values: dict[str, str], field: str) -> None:
    page = draft(as_staff("director"), **values).submit(status=422)
    assert page.texts(f"#{field}-error"), page.texts("[role=alert] p")
    assert page.form("/admin/earning-rules/new").values["name_vi"] == ""
    assert rules(house) == []


def test_a_birthday_rule_has_nothing_to_try(as_staff: As, house: Session) -> None:
    page = draft(as_staff("director"), trigger="birthday", effect="points", points="50", percent="")
    assert "nothing to work out" in page.submit().follow().text("main")
    assert seen(house, select(EarningRule.points)) == [50]


def test_an_active_version_is_not_activated_twice(as_staff: As) -> None:
    page = draft(as_staff("director")).submit().follow()
    token = token_of(page)
    path = f"{page.response.request.path}/activate"
    for status in (303, 409):
        page.visitor.post(path, {"csrf_token": token}, status=status)


def test_the_list_costs_the_same_for_three(app: Flask, as_staff: As, house: Session) -> None:
    director, counts = as_staff("director"), []
    for number in range(3):
        draft(director, code=f"RULE-{number}", services=str(service_id(house))).submit()
        with statements(app) as sent:
            director.get("/admin/earning-rules")
        counts.append(len(sent))
    assert counts[0] == counts[2]


def test_reception_defines_no_rules(as_staff: As) -> None:
    as_staff("lan").get("/admin/earning-rules", status=403)
