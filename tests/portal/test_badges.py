"""Badges: reached ones with their day, the others with the way there."""

from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from tests.portal.browser import Browser
from tests.support.cast import complete, introduce, person


def test_badges_tell_day_or_way(reader: Browser, session: Session, an: Patient) -> None:
    complete(session, an)
    friend = person(session, "Bình")
    introduce(session, an, friend)
    complete(session, friend)
    page = reader.get("/badges")
    shown = page.texts(".bgrid li")
    assert shown[:2] == ["First visit Nov 17, 2026", "First friend Nov 17, 2026"]
    assert shown[2] == "Three friends 1 of 3 friends"
    assert len(page.tree.css(".bd-locked")) == 5
    assert page.text(".sec-h .muted") == "2 of 7"


def test_nobody_starts_with_a_badge(reader: Browser) -> None:
    assert len(reader.get("/badges").tree.css(".bd-locked")) == 7


def test_badges_need_a_login(visitor: Browser) -> None:
    assert visitor.get("/badges").status == 303
