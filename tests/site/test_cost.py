"""What pages cost: no more statements for three rows than for one, and few bytes on a phone."""

import gzip
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import event

from tests.site.crowd import gather
from tests.site.house import PATIENTS, House
from tests.site.test_pages import SEE_ALL, pages
from tests.support.databases import Databases
from web.app import create_app
from web.extensions import db

KB = 1024
#: Parts of pages with lists of their own.
PARTS = {
    "/admin/patients/<int:patient_id>": tuple(
        f"?tab={name}" for name in ("visits", "points", "wallet", "tiers", "messages", "log")
    ),
    "/admin/referrals": ("?view=list", "?only=flagged"),
}
#: Pages about something that such a clinic lacks.
NEEDS_MORE = {"/admin/password/<token>", "/readyz"}


@contextmanager
def a_clinic(databases: Databases, valkey_url: str, rows: int) -> Iterator[House]:
    url = databases.create()
    app = create_app(
        {"TESTING": True, "SECRET_KEY": "x" * 40, "SQLALCHEMY_DATABASE_URI": url, "REDIS_URL": valkey_url}
    )
    yield gather(app, rows)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements executed inside the block, but for the begin of transactions."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def costs(house: House) -> dict[str, list[str]]:
    """Every page's statements, the second time it is opened; by reader and route."""
    found = {}
    for reader in SEE_ALL:
        visitor = house.browser_of(reader)
        for route, path in pages(house, reader):
            for part in ("", *PARTS.get(route, ())):
                visitor.client.get(path + part, headers=visitor.headers, buffered=True)
                with counted(house.app) as sent:
                    answer = visitor.client.get(path + part, headers=visitor.headers, buffered=True)
                assert answer.status_code < 400 or route in NEEDS_MORE, f"{path + part}: {answer.status_code}"
                found[f"{reader} {route}{part}"] = sent
    return found


def test_no_page_costs_more_for_three_rows_than_for_one(databases: Databases, valkey_url: str) -> None:
    with a_clinic(databases, valkey_url, 1) as one:
        small = costs(one)
    with a_clinic(databases, valkey_url, 3) as three:
        large = costs(three)
    grown = {
        page: Counter(large[page]) - Counter(small[page])
        for page in small
        if len(large[page]) > len(small[page])
    }
    assert small.keys() == large.keys()
    assert grown == {}


def test_the_patients_home_costs_four_statements(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is the same for everybody remembered, as it is outside of tests."""
    monkeypatch.setitem(house.app.config, "PROGRAMME_CACHE_SECONDS", 30)
    for reader in PATIENTS:
        visitor = house.browser_of(reader)
        visitor.get("/")
        with counted(house.app) as sent:
            visitor.get("/")
        assert len(sent) <= 4, sent


def weighed(house: House, reader: str, path: str) -> dict[str, int]:
    """Compressed bytes of a page and of each file that a browser fetches to show it, by address."""
    visitor = house.browser_of(reader, "vi")
    page = visitor.get(path).response
    tree = LexborHTMLParser(page.text)
    files = [
        *(
            node.attributes["href"]
            for node in tree.css("link[rel=stylesheet], link[rel=preload], link[rel=icon]")
        ),
        *(node.attributes["src"] for node in tree.css("script[src], img[src]")),
    ]
    sizes = {path: squeezed(page.get_data())}
    for file in files:
        if file and not file.startswith("data:"):
            sizes[file] = squeezed(visitor.get(file).response.get_data())
    return sizes


def squeezed(content: bytes) -> int:
    return len(gzip.compress(content, compresslevel=6, mtime=0))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/points",
        "/rewards",
        "/rewards/mine",
        "/invite",
        "/visits",
        "/card",
        "/badges",
        "/me",
        "/leaderboard",
    ],
)
def test_patients_pages_are_light(house: House, path: str) -> None:
    """A first visit: 45 KB and 5 requests; of it 8 KB page, 14 KB styles, 18 KB scripts."""
    sizes = weighed(house, "mai", path)
    assert len(sizes) <= 5, sizes
    assert sum(sizes.values()) <= 45 * KB, sizes
    assert sizes[path] <= 8 * KB, sizes
    for kind, most in ((".css", 14), (".js", 18)):
        assert sum(size for name, size in sizes.items() if kind in name) <= most * KB, sizes


def test_the_invitation_is_lighter_still(house: House) -> None:
    sizes = weighed(house, "nobody", f"/i/{house.places['code']}")
    assert len(sizes) <= 2, sizes
    assert sum(sizes.values()) <= 15 * KB, sizes


@pytest.mark.parametrize("path", ["/admin/", "/admin/patients", "/admin/referrals", "/admin/visits/new"])
def test_staff_pages_stay_under_eighty_kilobytes(house: House, path: str) -> None:
    sizes = weighed(house, "manager", path)
    assert sum(sizes.values()) <= 80 * KB, sizes
