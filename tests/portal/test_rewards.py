"""The catalogue: what points buy now, what almost, what later."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.kernel.localized import LocalizedText
from loyalty.patients.models import Patient
from loyalty.rewards.models import Picture
from tests.portal.browser import Browser
from tests.portal.offers import earn, offer
from tests.support.acting import commit
from tests.support.cast import NOON

KIT = {"vi": "Bộ quà", "ru": "Набор", "zh": "礼品", "en": "Kit"}


def test_the_bar_below_leads_to_the_rewards(reader: Browser) -> None:
    links = [node.attributes["href"] for node in reader.get("/").tree.css(".nav a")]
    assert "/rewards" in links
    for path in ("/rewards", "/rewards/mine", "/points"):
        assert reader.get(path).text(".nav [aria-current]") == "Rewards"


def test_points_are_also_told_as_money(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 120)
    assert reader.get("/rewards").texts(".bal .split b")[0] == "= ₫120,000"


def test_what_can_be_had_stands_first_then_what_is_almost_there(
    reader: Browser, session: Session, an: Patient
) -> None:
    earn(session, an, 200)
    for name, points in (("Far", 900), ("Now", 150), ("Almost", 250)):
        offer(session, name, points)
    page = reader.get("/rewards")
    assert page.texts("h2") == ["Within your points", "Almost there", "For later", "Recent"]
    assert page.texts(".reward .nm") == ["Now", "Far"]
    assert "Almost 200 / 250" in page.text("ul.divide")
    bar = page.tree.css_first("progress.bar")
    assert bar is not None
    assert (bar.attributes["value"], bar.attributes["max"]) == ("200", "250")


def test_who_can_afford_nothing_reads_how_to_earn(reader: Browser, session: Session) -> None:
    offer(session, "Far", 900)
    page = reader.get("/rewards")
    assert "Your first reward is growing" in page.text(".empty")
    assert {node.attributes["href"] for node in page.tree.css(".empty a")} == {"/invite", "/visits#request"}


def test_an_empty_catalogue_is_no_empty_page(reader: Browser) -> None:
    assert "New rewards are being prepared" in reader.get("/rewards").text(".empty")


def test_what_is_sold_out_or_for_others_says_so(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 500)
    gone = offer(session, "Gone", 100, stock=0)
    offer(session, "Theirs", 100, tier="gold")
    page = reader.get("/rewards")
    assert page.texts(".reward .chip") == ["Sold out", "From Gold"]
    detail = reader.get(f"/rewards/{gone.id}")
    assert "This has just run out. Your points are untouched." in detail.text(".note")
    assert not detail.tree.css("form")


def test_what_has_ended_or_was_withdrawn_is_not_there(reader: Browser, session: Session) -> None:
    ended = offer(session, "Ended", valid_to=(NOON - timedelta(days=1)).date())
    assert "Ended" not in reader.get("/rewards").html
    assert reader.get(f"/rewards/{ended.id}").status == 404
    assert reader.get("/rewards/999999").status == 404


@pytest.mark.parametrize(
    ("language", "name"), [("vi", "Bộ quà"), ("ru", "Набор"), ("zh", "礼品"), ("en", "Kit")]
)
def test_rewards_speak_the_readers_language(
    log_in: Callable[..., Browser], session: Session, an: Patient, language: str, name: str
) -> None:
    offer(
        session, code="kit", text=LocalizedText.of({"vi": "Bộ quà", "ru": "Набор", "zh": "礼品", "en": "Kit"})
    )
    assert name in log_in(an, language).get("/rewards").texts(".reward .nm")


def test_a_reward_tells_what_is_left_afterwards(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 12_400)
    kit = offer(session, points=1150, stock=4, preparation=LocalizedText.of("Bring a bag"))
    page = reader.get(f"/rewards/{kit.id}")
    assert "1,150 points are taken. After that you have 11,250." in page.text(".confirm")
    facts = page.text(".kv")
    assert "How to prepare Bring a bag" in facts
    assert "Still there 4" in facts


def test_what_is_missing_is_told_with_the_way_there(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 100)
    kit = offer(session, points=150)
    page = reader.get(f"/rewards/{kit.id}")
    assert "50 more points and it is yours" in page.text()
    assert not page.tree.css("form")


def test_pictures_are_kept_for_ever_by_everybody(visitor: Browser, session: Session) -> None:
    session.add(Picture(digest="ab" * 32, content_type="image/webp", content=b"RIFF", created_at=NOON))
    commit(session)
    answer = visitor.get(f"/pictures/{'ab' * 32}").response
    assert answer.get_data() == b"RIFF"
    assert answer.mimetype == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for unknown in ("cd" * 32, "..%2f", "x"):
        assert visitor.get(f"/pictures/{unknown}").status == 404


def test_a_reward_with_a_photo_shows_it(reader: Browser, session: Session) -> None:
    kit = offer(session)
    kit.picture_digest = "ab" * 32
    commit(session)
    picture = reader.get("/rewards").tree.css_first(".reward img")
    assert picture is not None
    assert picture.attributes["src"] == f"/pictures/{'ab' * 32}"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_catalogue_costs_the_same_for_one_reward_and_three(
    log_in: Callable[..., Browser], session: Session, an: Patient, rows: int, statements: Any
) -> None:
    for number in range(rows):
        earn(session, an, 100, NOON - timedelta(days=number))
        offer(session, f"Reward {number}", 50)
    reader = log_in(an)
    with statements() as seen:
        reader.get("/rewards")
    assert len(seen) == 8, seen
