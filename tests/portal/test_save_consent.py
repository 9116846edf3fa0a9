"""One switch, one consent: saved at once, with its day (C5)."""

import pytest
from sqlalchemy.orm import Session

from loyalty.patients.models import Consent, Patient
from tests.portal.browser import Browser
from tests.portal.scenes import all_of

URL = "/me/consents/marketing"


def _given(session: Session) -> list[tuple[str, bool, str]]:
    return [(act.purpose, act.granted, act.source) for act in all_of(session, Consent)]


def test_nothing_is_switched_on_beforehand(reader: Browser) -> None:
    page = reader.get("/me")
    assert len(page.tree.css("#consents .switch")) == 4
    assert page.tree.css_first("#consents .switch[checked]") is None


def test_on_and_off_are_both_kept(reader: Browser, session: Session, an: Patient) -> None:
    reader.submit("/me", URL, granted="yes")
    assert "Given on Nov 17, 2026." in reader.get("/me").text("#consents")
    reader.submit("/me", URL, granted=None)
    assert "Withdrawn on Nov 17, 2026." in reader.get("/me").text("#consents")
    assert _given(session) == [("marketing", True, "portal"), ("marketing", False, "portal")]
    assert {act.patient_id for act in all_of(session, Consent)} == {an.id}


def test_a_repeat_changes_nothing(reader: Browser, session: Session) -> None:
    for _ in range(2):
        reader.submit("/me", URL, granted="yes")
    assert _given(session) == [("marketing", True, "portal")]


def test_with_htmx_the_row_comes_back(reader: Browser) -> None:
    form = reader.get("/me").fields(URL)
    part = reader.post(URL, {**form, "granted": "yes"}, HX_Request="true")
    assert part.status == 200
    assert part.tree.css_first("#consent-marketing[checked]") is not None
    assert "Saved." in part.html
    assert "<html" not in part.html


def test_reading_gives_no_consent(reader: Browser, session: Session) -> None:
    assert reader.get(f"{URL}?granted=yes").status == 405
    assert _given(session) == []


@pytest.mark.parametrize("purpose", ["photo", "everything", "%00"])
def test_an_unknown_purpose_is_not_found(reader: Browser, session: Session, purpose: str) -> None:
    assert reader.post(f"/me/consents/{purpose}", {"csrf_token": reader.token()}).status == 404
    assert _given(session) == []


def test_a_stranger_is_sent_to_the_login(visitor: Browser, session: Session) -> None:
    assert visitor.post(URL, {"granted": "yes"}).status in (303, 400)
    assert _given(session) == []
