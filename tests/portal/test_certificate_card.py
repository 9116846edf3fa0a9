"""A gift certificate: what is left on it, giving it away, the card on paper and as a picture."""

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from loyalty.rewards.models import Certificate
from loyalty.rewards.operations import return_to_certificate, sell_certificate, use_certificate
from tests.portal.browser import Browser
from tests.portal.offers import certificate_for, earn, offer, take
from tests.portal.scenes import fresh
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete
from web.art.gift_card import breadth, wrapped

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def certificate(session: Session, an: Patient) -> Certificate:
    return certificate_for(session, an)


def texts(svg: str) -> list[str]:
    """The lines on a card."""
    return [node.text or "" for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_what_is_left_and_every_change(
    reader: Browser, session: Session, an: Patient, certificate: Certificate
) -> None:
    visit_id = complete(session, an)
    act = {"certificate_id": certificate.id, "visit_id": visit_id, "actor": LAN, "now": NOON}
    use_certificate(session, amount_minor=200_000, key="u", **act)
    return_to_certificate(session, amount_minor=50_000, key="b", refund_id=None, **act)
    commit(session)
    page = reader.get(f"/certificates/{certificate.id}")
    assert page.texts(".vch h2") == ["₫350,000"]
    assert page.texts("ul.divide b") == ["Received", "Used for a visit", "Given back after a refund"]
    assert page.texts("ul.divide .amt") == ["+₫500,000", "−₫200,000", "+₫50,000"]


def test_a_name_and_a_greeting_are_written_on_the_card(
    reader: Browser, session: Session, certificate: Certificate
) -> None:
    page = f"/certificates/{certificate.id}"
    answer = reader.submit(page, f"{page}/give", recipient="Lan", greeting="Get well soon!")
    assert answer.location == f"{page}/card"
    card = reader.get(answer.location)
    picture = card.tree.css_first("img.giftcard")
    assert picture is not None
    for words in ("Gift certificate", "₫500,000", "For Lan", "Get well soon!", "From Nguyễn Văn An"):
        assert words in (picture.attributes["alt"] or "")
    image = reader.get(picture.attributes["src"] or "")
    assert image.response.mimetype == "image/svg+xml"
    lines = texts(image.html)
    assert {"For Lan", "Get well soon!", "From Nguyễn Văn An", "₫500,000"} <= set(lines)
    assert any(line.replace("-", "") == certificate.code for line in lines)
    assert fresh(session, certificate).balance_minor == 500_000


@pytest.mark.parametrize(
    ("recipient", "greeting"), [("", "Hello"), ("Lan", "x" * 301), ("x" * 121, ""), ("   ", "")]
)
def test_what_does_not_fit_on_the_card_is_refused(
    reader: Browser, session: Session, certificate: Certificate, recipient: str, greeting: str
) -> None:
    page = f"/certificates/{certificate.id}"
    answer = reader.submit(page, f"{page}/give", recipient=recipient, greeting=greeting)
    assert answer.status == 422
    assert answer.text(".errmsg")
    assert fresh(session, certificate).recipient == ""


def test_three_hundred_signs_fit_in_every_script(reader: Browser, certificate: Certificate) -> None:
    page = f"/certificates/{certificate.id}"
    for greeting in ("愿你每天都健康平安" * 33, "Chúc bạn mau khoẻ! " * 15, "Щ" * 300):
        reader.submit(page, f"{page}/give", recipient="Lan", greeting=greeting[:300])
        lines = texts(reader.get(f"{page}/card.svg").html)
        assert "".join(greeting[:300].split()) in "".join("".join(lines).split())
    root = ElementTree.fromstring(reader.get(f"{page}/card.svg").html)
    assert all(float(node.attrib["y"]) <= 690 for node in root.iter(f"{SVG}text"))


def test_nothing_on_the_card_is_markup(reader: Browser, certificate: Certificate) -> None:
    page = f"/certificates/{certificate.id}"
    reader.submit(page, f"{page}/give", recipient="<b>Lan", greeting='"><script>alert(1)</script>')
    svg = reader.get(f"{page}/card.svg").html
    assert "<script" not in svg
    assert "For <b>Lan" in texts(svg)
    assert "<script" not in reader.get(f"{page}/card").html.replace("<script src", "")


@pytest.mark.parametrize(
    ("language", "html_language"), [("vi", "vi"), ("zh", "zh-Hans"), ("ru", "ru"), ("en", "en")]
)
def test_the_card_speaks_the_language_it_is_for(
    log_in: Callable[..., Browser], an: Patient, certificate: Certificate, language: str, html_language: str
) -> None:
    page = f"/certificates/{certificate.id}/card"
    own = log_in(an, language).get(f"{page}.svg").html
    chosen = log_in(an).get(f"{page}.svg?words={language}").html
    assert own == chosen
    assert f'xml:lang="{html_language}"' in chosen
    shown = log_in(an).get(f"{page}?words={language}")
    assert shown.text(".caps [aria-current]") in ("Tiếng Việt", "简体中文", "Русский", "English")


def test_a_made_up_language_is_the_readers(reader: Browser, certificate: Certificate) -> None:
    assert 'xml:lang="en"' in reader.get(f"/certificates/{certificate.id}/card.svg?words=xx").html


def test_who_bought_one_for_somebody_without_a_record_still_sees_it(
    reader: Browser, session: Session, an: Patient
) -> None:
    """V4."""
    bought = sell_certificate(session, amount_minor=100_000, buyer_id=an.id, actor=LAN, now=NOON)
    commit(session)
    page = f"/certificates/{bought.id}"
    assert reader.submit(page, f"{page}/give", recipient="Lan").location == f"{page}/card"
    assert "Gift certificate of ₫100,000" in reader.get("/rewards/mine").text()
    assert reader.get("/points").text(".seg .chip") == "1"


def test_once_a_name_stands_on_it_it_is_a_present(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 600)
    details = {"amount_minor": 500_000, "valid_days": 365}
    taken = take(session, an, offer(session, kind="certificate", points=500, details=details))
    page = f"/certificates/{taken.certificate_id}"
    assert "500 points return to you" in reader.get(page).text(".confirm")
    reader.submit(page, f"{page}/give", recipient="Lan")
    assert not reader.get(page).tree.css(".confirm")


@pytest.mark.parametrize("part", ["", "/card", "/card.svg"])
def test_anothers_certificate_does_not_exist(
    reader: Browser, session: Session, chi: Patient, part: str
) -> None:
    theirs = certificate_for(session, chi)
    assert reader.get(f"/certificates/{theirs.id}{part}").status == 404
    given = reader.post(f"/certificates/{theirs.id}/give", {"csrf_token": reader.token(), "recipient": "me"})
    assert given.status == 404


def test_lines_break_between_words_and_between_full_width_signs() -> None:
    assert wrapped("one two three", 4.5) == ["one two", "three"]
    assert wrapped("愿你平安", 2) == ["愿你", "平安"]
    assert wrapped("a\nb", 10) == ["a", "b"]
    assert wrapped("", 10) == []
    assert breadth("好") == 1.0
