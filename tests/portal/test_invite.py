"""The envelope: link, code, words, ways to send, the name friends see."""

from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy.orm import Session

from loyalty.clinic.operations import change_setting
from loyalty.patients.models import Patient
from loyalty.referrals.models import InviteCode
from tests.portal.browser import Browser
from tests.portal.scenes import all_of
from tests.support.acting import commit
from tests.support.cast import LAN, NOON


def test_the_envelope_holds_two_cards_and_the_link(reader: Browser, code: str) -> None:
    page = reader.get("/invite")
    assert page.texts(".gc .n") == ["Card 1", "Card 2"]
    assert page.text(".linkbox .trunc") == f"localhost/i/{code}"
    assert "20% off the first examination" in page.text(".gc .d")


def test_the_thanks_are_told_in_their_two_halves(reader: Browser, session: Session) -> None:
    """F8: floor(total/2) at the arrival, the rest at the first paid visit."""
    change_setting(session, key="referrals.reward_points", text="75", actor=LAN, now=NOON)
    commit(session)
    assert reader.get("/invite").texts(".chip.leaf") == ["+37", "+38"]


@pytest.mark.parametrize(
    ("language", "ways"),
    [
        ("vi", ["Zalo", "Messenger"]),
        ("zh", []),
        ("ru", ["WhatsApp", "Telegram", "Viber"]),
        ("en", ["WhatsApp", "Telegram", "Viber"]),
    ],
)
def test_each_language_has_the_ways_its_people_use(
    log_in: Callable[..., Browser], an: Patient, language: str, ways: list[str]
) -> None:
    shown = log_in(an, language).get("/invite").texts(".sharegrid a")
    assert [way for name in ways for way in shown if way.endswith(name)] == [
        way for way in shown if way.split()[-1] in ways
    ]
    assert len(shown) == {"vi": 4, "zh": 3, "ru": 5, "en": 5}[language]


def test_what_is_shared_is_the_message_and_the_link(reader: Browser, code: str) -> None:
    page = reader.get("/invite?tone=short")
    hrefs = [node.attributes["href"] or "" for node in page.tree.css(".sharegrid a")]
    link, words = f"http://localhost/i/{code}", page.text(".caption")
    whatsapp, telegram, _viber, sms, _code = hrefs
    assert parse_qs(urlsplit(whatsapp).query)["text"] == [f"{words} {link}"]
    assert parse_qs(urlsplit(telegram).query) == {"url": [link], "text": [words]}
    assert unquote(sms) == f"sms:?&body={words} {link}"


def test_the_message_carries_nothing_about_the_person(reader: Browser, an: Patient) -> None:
    """F1: a link and a card carry no personal data."""
    page = reader.get("/invite")
    shared = page.text(".caption") + page.text(".linkbox") + reader.get("/invite/cards").text(".pcards")
    for known in (an.name, an.card_number, an.phone or ""):
        assert known not in shared


def test_another_tone_comes_as_a_part(reader: Browser) -> None:
    whole, part = reader.get("/invite?tone=family"), reader.get("/invite?tone=family", HX_Request="true")
    assert whole.text(".caption") == part.text(".caption")
    assert "Our family" in part.html
    assert "<html" not in part.html


@pytest.mark.parametrize("query", ["tone=loud", "words=de", "tone=&words="])
def test_unknown_choices_give_the_usual_message(reader: Browser, query: str) -> None:
    assert reader.get(f"/invite?{query}").text(".caption") == reader.get("/invite").text(".caption")


def test_code_and_cards_to_print(reader: Browser, code: str) -> None:
    assert reader.get("/invite/code").text(".code") == code
    assert reader.get("/invite/cards").texts(".pcard .code") == [code, code]


def test_an_shows_a_name_and_takes_it_back(reader: Browser, session: Session) -> None:
    reader.submit("/invite", "/invite/name", shown_name="  Anh  An ")
    assert [row.shown_name for row in all_of(session, InviteCode)] == ["Anh An"]
    reader.submit("/invite", "/invite/name", shown_name="")
    assert [row.shown_name for row in all_of(session, InviteCode)] == [None]


def test_a_name_too_long_is_refused(reader: Browser, session: Session) -> None:
    assert reader.submit("/invite", "/invite/name", shown_name="x" * 41).status == 422
    assert [row.shown_name for row in all_of(session, InviteCode)] == [None]


def test_reading_changes_no_name(reader: Browser) -> None:
    assert reader.get("/invite/name").status == 405


@pytest.mark.parametrize("path", ["/invite", "/invite/code", "/invite/cards"])
def test_inviting_needs_a_login(visitor: Browser, path: str) -> None:
    assert visitor.get(path).status == 303
