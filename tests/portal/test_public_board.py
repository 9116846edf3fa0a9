"""A month's board for everybody."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from loyalty.patients.operations import record_consent
from tests.portal.browser import Browser
from tests.support.acting import commit
from tests.support.cast import LAN, NOON

Helper = Callable[..., Patient]
Publish = Callable[[], None]
URL = "/b/2026-10"


def test_an_unpublished_month_is_a_friendly_404(visitor: Browser) -> None:
    page = visitor.get(URL)
    assert page.status == 404
    assert page.texts("h1") == ["This board is not published"]


@pytest.mark.parametrize("month", ["2026-13", "x", "2026-1", "2026-10-01", "%00"])
def test_what_is_no_month_is_not_found(visitor: Browser, month: str) -> None:
    assert visitor.get(f"/b/{month}").status == 404


def test_only_listed_names_stand_there(visitor: Browser, helper: Helper, publish: Publish) -> None:
    helper("Nguyễn Thị Hoa", 2, "Biển Xanh")
    helper("Trần Kín", 1)
    publish()
    page = visitor.get(URL)
    assert page.texts(".pod .nick") == ["Place 1: Biển Xanh"]
    for secret in ("Hoa", "Kín", "Bạn"):
        assert secret not in page.html
    assert "3 friends found care thanks to our patients." in page.text()


def test_caches_may_keep_it_and_search_engines_not(
    visitor: Browser, helper: Helper, publish: Publish
) -> None:
    helper("Hoa", 1, "Biển Xanh")
    publish()
    headers = visitor.get(URL).response.headers
    assert headers["Cache-Control"] == "public, no-cache"
    assert headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in headers
    assert {"Cookie", "Accept-Language"} <= {name.strip() for name in headers["Vary"].split(",")}


def test_unchanged_it_is_a_304_and_a_withdrawal_changes_it(
    visitor: Browser, helper: Helper, publish: Publish, session: Session
) -> None:
    hoa = helper("Hoa", 1, "Biển Xanh")
    publish()
    stamp = visitor.get(URL).response.headers["ETag"]
    again = visitor.get(URL, If_None_Match=stamp)
    assert (again.status, again.html) == (304, "")
    assert visitor.get(URL, If_None_Match=stamp, Accept_Language="ru").status == 200
    record_consent(
        session, patient_id=hoa.id, purpose="leaderboard", granted=False, source="portal", wording="t",
        actor=LAN, now=NOON,
    )  # fmt: skip
    commit(session)
    changed = visitor.get(URL, If_None_Match=stamp)
    assert changed.status == 200
    assert "Biển Xanh" not in changed.html


@pytest.mark.parametrize("helpers", [1, 3])
def test_it_costs_one_statement(
    warm: Flask, visitor: Browser, helper: Helper, publish: Publish, helpers: int, statements: Any
) -> None:
    for number in range(helpers):
        helper(f"Hoa {number}", 1, f"Biển số {'ABC'[number]}")
    publish()
    visitor.get(URL)
    with statements() as seen:
        assert visitor.get(URL).status == 200
    assert len(seen) == 1


def test_it_tells_messengers_what_it_is_and_needs_no_script(
    visitor: Browser, helper: Helper, publish: Publish
) -> None:
    helper("Hoa", 1, "Biển Xanh")
    publish()
    page = visitor.get(URL)
    title = page.tree.css_first("meta[property='og:title']")
    assert title is not None
    assert title.attributes["content"] == "Thank-you board, October 2026"
    assert page.tree.css("script") == []
    assert len(gzip.compress(page.html.encode())) < 8 * 1024
