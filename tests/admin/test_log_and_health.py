"""The log of acts, and the look at what runs by itself."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from admin.acts import ACTS
from jobs.periodic import PERIODIC
from loyalty.checks.queries import check_all
from tests.admin.conftest import As
from tests.admin.scenes import completed, someone, statements
from web.findings import finding_text, job_name

ROOT = Path(__file__).parents[2]
ROOMS = ("admin", "api", "jobs", "loyalty", "portal", "web")
#: Acts whose names are put together: their second halves.
BUILT = {
    "appointment": ("booked", "closed"),
    "visit": ("arrived", "cancelled", "no_show", "viewed"),
    "patient": ("viewed",),
}


def test_filters_narrow_the_log(as_staff: As, house: Session) -> None:
    mai = someone(house)
    someone(house, "Chi")
    director = as_staff("director")
    page = director.get(f"/admin/audit?patient={mai}&action=patient.created")
    assert page.texts("tbody td[data-label=What] b") == ["Patient added"]
    assert page.texts("tbody a") == ["Nguyễn Thị Mai"]
    assert director.get("/admin/audit?actor=friend").texts(".empty h2") == ["Nothing matches"]


def test_show_more_of_the_log(as_staff: As, house: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin.audit.PAGE", 1)
    someone(house)
    director = as_staff("director")
    link = director.get("/admin/audit").tree.css_first("a.more")
    assert link is not None
    assert "<html" not in director.get(link.attributes["href"] or "", htmx=True).response.text


def test_every_act_of_the_product_has_a_name() -> None:
    written = {f"{kind}.{end}" for kind, ends in BUILT.items() for end in ends}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for call in re.findall(r"action=(?!url_for)([^\n]*)", text):
                written |= set(re.findall(r'"([a-z_]+\.[a-z_]+)"', call))
    assert written - set(ACTS) == set()


def test_health_tells_of_late_jobs_in_words(as_staff: As, house: Session) -> None:
    completed(house, someone(house))
    page = as_staff("director").get("/admin/health")
    assert page.texts("h1") == ["Automation health"]
    assert "Balances equal the ledger." in page.text("main")


def test_every_finding_has_a_sentence(app: Flask, house: Session) -> None:
    with app.test_request_context("/"):
        codes = [checked.code for checked in check_all(house)]
        assert [code for code in codes if finding_text(code, {"count": 0}) == code] == []
        assert [name for name in PERIODIC if job_name(name) == name] == []


def test_the_log_costs_the_same_for_three(app: Flask, as_staff: As, house: Session) -> None:
    director, counts = as_staff("director"), []
    for number in range(3):
        someone(house, f"Patient {number}")
        with statements(app) as sent:
            director.get("/admin/audit")
        counts.append(len(sent))
    assert counts[0] == counts[2]
