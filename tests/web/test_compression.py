"""Pages travel compressed, but for requests that another site causes in a known person's name."""

import gzip

import pytest
from werkzeug.test import TestResponse

from tests.support.visitor import Visitor

ACCEPT = {"Accept-Encoding": "gzip, br"}

pytestmark = pytest.mark.usefixtures("clinic")


def ask(visitor: Visitor, path: str, headers: dict[str, str]) -> TestResponse:
    """The answer as it travels."""
    response = visitor.client.get(path, base_url=visitor.base, headers=headers)
    assert response.status_code == 200
    return response


def test_a_page_is_packed_for_a_browser_that_takes_it(visitor: Visitor) -> None:
    plain = ask(visitor, "/login", {})
    packed = ask(visitor, "/login", ACCEPT)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert "<h1" in gzip.decompress(packed.data).decode()
    for response in (plain, packed):
        assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("refusal", ["identity", "gzip;q=0, br"])
def test_a_browser_that_refuses_gets_the_page_as_it_is(visitor: Visitor, refusal: str) -> None:
    response = ask(visitor, "/login", {"Accept-Encoding": refusal})
    assert "Content-Encoding" not in response.headers


def test_other_kinds_of_answers_stay_as_they_are(visitor: Visitor) -> None:
    for path in ("/healthz", "/sw.js", "/manifest.webmanifest"):
        assert "Content-Encoding" not in ask(visitor, path, ACCEPT).headers


def test_the_size_of_a_page_is_not_constant(visitor: Visitor) -> None:
    sizes = {len(ask(visitor, "/login", ACCEPT).data) for _ in range(12)}
    assert len(sizes) > 3


def test_another_site_learns_nothing_from_sizes(visitor: Visitor, as_mai: Visitor) -> None:
    """A link on another site: packed for a stranger, as it is for whoever has a session here."""
    elsewhere = {**ACCEPT, "Sec-Fetch-Site": "cross-site"}
    assert ask(visitor, "/login", elsewhere).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in ask(as_mai, "/", elsewhere).headers
    assert ask(as_mai, "/", ACCEPT).headers["Content-Encoding"] == "gzip"
