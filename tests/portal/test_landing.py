"""The invite link: understood in five seconds, small, and writing nothing (F1, F2)."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
import redis
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from loyalty.clinic.operations import change_setting
from loyalty.kernel.codes import ALPHABET
from loyalty.patients.models import Patient
from loyalty.referrals.models import InviteCode, Touch
from loyalty.referrals.operations import show_name
from tests.portal.browser import Browser
from tests.portal.scenes import all_of
from tests.support.acting import commit
from tests.support.cast import LAN, NOON
from web.assets import SOURCE
from web.clicks import COUNTS

FIFTEEN_KB = 15 * 1024


def test_the_gift_is_told_with_the_clinic_behind_it(visitor: Browser, code: str) -> None:
    page = visitor.get(f"/i/{code}")
    assert page.status == 200
    assert page.texts("h1") == ["A gift for you"]
    assert page.texts(".giftline b") == ["Free registration", "20% off the first examination"]
    for fact in ("01482/KH-GPHĐ", "62 Trần Phú, Nha Trang", "0258 388 6868"):
        assert fact in page.text(".trust")
    assert "is thanked with points" in page.text()


def test_the_inviter_is_named_only_by_the_name_she_allowed(
    visitor: Browser, code: str, session: Session, an: Patient
) -> None:
    """F1: the link carries no personal data; the name is the inviter's own choice."""
    page = visitor.get(f"/i/{code}")
    for known in (an.name, "Nguyễn", an.card_number, an.phone or ""):
        assert known not in page.html
    show_name(session, patient_id=an.id, shown_name="Anh An", actor=LAN, now=NOON)
    commit(session)
    assert visitor.get(f"/i/{code}").texts("h1") == ["Anh An has sent you a gift"]


@pytest.mark.parametrize(
    ("accepted", "lang"), [("vi", "vi"), ("zh-CN", "zh-Hans"), ("ru-RU", "ru"), ("en-GB", "en"), ("fr", "vi")]
)
def test_it_speaks_the_readers_language(visitor: Browser, code: str, accepted: str, lang: str) -> None:
    html = visitor.get(f"/i/{code}", Accept_Language=accepted).tree.css_first("html")
    assert html is not None
    assert html.attributes["lang"] == lang


def test_another_language_is_a_plain_link(visitor: Browser, code: str) -> None:
    html = visitor.get(f"/i/{code}?lang=ru").tree.css_first("html")
    assert html is not None
    assert html.attributes["lang"] == "ru"


def test_no_consent_is_ticked_beforehand(visitor: Browser, code: str) -> None:
    page = visitor.get(f"/i/{code}")
    assert len(page.tree.css("input[type=checkbox]")) == 3
    assert page.tree.css("input[type=checkbox][checked]") == []


def test_two_requests_fifteen_kilobytes_no_script(visitor: Browser, code: str) -> None:
    """Page budget: the page and its stylesheet, nothing else."""
    page = visitor.get(f"/i/{code}")
    links = [node.attributes.get("href") or "" for node in page.tree.css("link")]
    fetched = [href for href in links if not href.startswith("data:")]
    assert [href.split("?")[0] for href in fetched] == ["/static/css/landing.css"]
    assert page.tree.css("script,img,iframe,video") == []
    css = (SOURCE / "css" / "landing.css").read_bytes()
    assert len(gzip.compress(page.html.encode())) + len(gzip.compress(css)) <= FIFTEEN_KB


def test_messengers_get_a_title_without_a_person(visitor: Browser, code: str, an: Patient) -> None:
    page = visitor.get(f"/i/{code}")
    found = page.tree.css("meta[property]")
    tags = {node.attributes["property"]: node.attributes["content"] or "" for node in found}
    assert tags["og:title"] == "A gift for you"
    assert tags["og:image"].startswith("http://localhost/static/icons/icon-512.png")


def test_opening_writes_nothing_but_cookies(
    visitor: Browser, code: str, session: Session, statements: Any
) -> None:
    """F2: GET changes nothing but the click counter."""
    with statements() as seen:
        page = visitor.get(f"/i/{code}")
    assert [one for one in seen if not one.lstrip().upper().startswith("SELECT")] == []
    [cookie] = [one for one in page.response.headers.getlist("Set-Cookie") if one.startswith("invitation=")]
    assert "Max-Age=7776000" in cookie
    assert "HttpOnly" in cookie
    assert code not in cookie
    assert all_of(session, Touch) == []


def test_once_known_the_page_asks_the_database_nothing(
    warm: Flask, visitor: Browser, code: str, statements: Any
) -> None:
    visitor.get(f"/i/{code}")
    with statements() as seen:
        assert visitor.get(f"/i/{code}").status == 200
    assert seen == []


def test_the_kept_page_gives_each_visitor_a_form_of_her_own(warm: Flask, code: str) -> None:
    forms = [Browser(warm).get(f"/i/{code}").fields(f"/i/{code}/claim") for _ in range(2)]
    assert {len({form[name] for form in forms}) for name in ("csrf_token", "form_key")} == {2}
    second = Browser(warm)
    second.get(f"/i/{code}")
    sent = second.submit(f"/i/{code}", f"/i/{code}/claim", name="Bình", phone="0905 222 333", care="y")
    assert sent.status == 303


def test_the_kept_page_holds_no_message_meant_for_one_reader(warm: Flask, reader: Browser, code: str) -> None:
    reader.submit("/me", "/me", name="An Khác")
    for page in (reader.get(f"/i/{code}"), Browser(warm).get(f"/i/{code}")):
        assert "Saved." not in page.html
    assert "Saved." in reader.get("/me").text(".flashes")


def test_codes_are_read_in_any_case(visitor: Browser, code: str) -> None:
    """F1: case-insensitive."""
    assert visitor.get(f"/i/{code.lower()}").status == 200


def _unknown(code: str) -> str:
    last = ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]
    return code[:-1] + last


def test_every_link_that_leads_nowhere_gives_one_page(
    visitor: Browser, code: str, session: Session, an: Patient
) -> None:
    unknown = visitor.get(f"/i/{_unknown(code)}")
    assert unknown.status == 404
    assert "0258 388 6868" in unknown.text()
    assert unknown.response.headers.getlist("Set-Cookie") == []
    session.execute(update(InviteCode).where(InviteCode.patient_id == an.id).values(blocked_at=NOON))
    session.commit()
    blocked = visitor.get(f"/i/{code}")
    assert (blocked.status, blocked.html) == (404, unknown.html)


def test_p17_the_link_of_a_merged_record_leads_to_the_kept_one(
    visitor: Browser, code: str, session: Session, an: Patient, chi: Patient
) -> None:
    session.execute(update(Patient).where(Patient.id == an.id).values(merged_into_id=chi.id))
    session.commit()
    page = visitor.get(f"/i/{code}")
    assert (page.status, page.text("h1")) == (200, "A gift for you")


@pytest.mark.parametrize("wrong", ["x", "0", "A" * 200, "%2e%2e", "' OR 1=1", "%00", "\u202e"])
def test_nonsense_is_not_found(visitor: Browser, wrong: str) -> None:
    assert visitor.get(f"/i/{wrong}").status == 404


def test_a_closed_programme_takes_no_new_friends(visitor: Browser, code: str, session: Session) -> None:
    change_setting(session, key="referrals.open", text="false", actor=LAN, now=NOON)
    commit(session)
    assert visitor.get(f"/i/{code}").status == 404


def test_the_clinics_own_link_finds_the_invitation_opened_last(
    visitor: Browser, code: str, log_in: Callable[..., Browser]
) -> None:
    """F3: the last link opened counts."""
    assert visitor.get("/i/").status == 404
    visitor.get(f"/i/{code}")
    assert visitor.get("/i/").location == f"/i/{code}"
    visitor.client.set_cookie("invitation", "forged.by.hand")
    assert visitor.get("/i/").status == 404


@pytest.mark.parametrize(
    ("headers", "counted"),
    [
        ({}, 1),
        ({"User_Agent": "WhatsApp/2.23.20 A"}, 0),
        ({"User_Agent": "TelegramBot (like TwitterBot)"}, 0),
        ({"User_Agent": "facebookexternalhit/1.1"}, 0),
        ({"User_Agent": "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)"}, 0),
        ({"User_Agent": ""}, 0),
        ({"Sec_Purpose": "prefetch;prerender"}, 0),
        ({"Purpose": "prefetch"}, 0),
        ({"User_Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"}, 1),
        ({"User_Agent": "Mozilla/5.0 (Linux; Android 14) Zalo android/12"}, 1),
    ],
)
def test_people_are_counted_previewers_not(
    visitor: Browser, code: str, redis_url: str, headers: dict[str, str], counted: int
) -> None:
    """F2: a click counter that leaves out link previewers."""
    visitor.get(f"/i/{code}", **headers)
    visitor.client.head(f"/i/{code}", headers=visitor.headers)
    with redis.Redis.from_url(redis_url) as client:
        assert [int(count) for count in client.hvals(COUNTS)] == [1] * counted


def test_without_redis_the_page_is_the_same(app: Flask, visitor: Browser, code: str) -> None:
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    assert visitor.get(f"/i/{code}").status == 200
