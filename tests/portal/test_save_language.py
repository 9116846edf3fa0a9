"""The language of pages and messages."""

import pytest
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from tests.portal.browser import Browser
from tests.portal.scenes import fresh


def test_pages_and_messages_change_at_once(reader: Browser, session: Session, an: Patient) -> None:
    page = reader.post("/me/language", {"csrf_token": reader.token(), "language": "zh"})
    assert page.status == 303
    assert fresh(session, an).language == "zh"
    html = reader.get("/me").tree.css_first("html")
    assert html is not None
    assert html.attributes["lang"] == "zh-Hans"


@pytest.mark.parametrize("language", ["de", "", "zh-Hans", "vi'"])
def test_an_unknown_language_is_not_found(
    reader: Browser, session: Session, an: Patient, language: str
) -> None:
    page = reader.post("/me/language", {"csrf_token": reader.token(), "language": language})
    assert page.status == 404
    assert fresh(session, an).language is None


def test_reading_changes_nothing(reader: Browser) -> None:
    assert reader.get("/me/language").status == 405
