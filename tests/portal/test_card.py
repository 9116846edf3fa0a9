"""The card's code, full screen."""

from loyalty.patients.models import Patient
from tests.portal.browser import Browser


def test_the_card_shows_number_and_code(reader: Browser, an: Patient) -> None:
    page = reader.get("/card")
    assert page.text(".code") == f"{an.card_number[:4]} {an.card_number[4:]}"
    assert page.tree.css_first(".vch-q svg[role=img]") is not None


def test_the_card_asks_to_be_kept_for_times_without_a_connection(reader: Browser) -> None:
    html = reader.get("/card").tree.css_first("html")
    assert html is not None
    assert html.attributes["data-offline"] == "/sw.js"


def test_the_card_needs_a_login(visitor: Browser) -> None:
    assert visitor.get("/card").status == 303
