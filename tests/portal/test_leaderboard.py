"""The thank-you board in the portal."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from tests.portal.browser import Browser
from tests.portal.scenes import agree_to_be_listed, be_listed, help_friends

Helper = Callable[..., Patient]
Publish = Callable[[], None]


def test_before_the_first_board_the_page_says_so(reader: Browser) -> None:
    page = reader.get("/leaderboard")
    assert page.status == 200
    assert "No board has been published yet" in page.text(".empty")


def test_ties_share_a_rank_and_the_title(reader: Browser, helper: Helper, publish: Publish) -> None:
    """B4: 1, 1, 3; both hold the title."""
    for name, friends, nickname in (("Hoa", 2, "Biển Xanh"), ("Lan", 2, "Cô giáo Hạ"), ("Mai", 1, "Mẹ Bống")):
        helper(name, friends, nickname)
    publish()
    page = reader.get("/leaderboard")
    assert page.texts(".pod .nick") == ["Place 1: Biển Xanh", "Place 1: Cô giáo Hạ", "Place 3: Mẹ Bống"]
    assert page.texts(".pod .ped") == ["2 friends", "2 friends", "1 friend"]
    assert page.texts(".pod .muted") == ["Health Ambassador", "Health Ambassador"]


def test_who_did_not_agree_sees_her_place_alone(
    reader: Browser, session: Session, an: Patient, helper: Helper, publish: Publish, visitor: Browser
) -> None:
    """B6: left out for everybody else while ranks stay as computed."""
    helper("Hoa", 3, "Biển Xanh")
    help_friends(session, an, 2)
    helper("Mai", 1, "Mẹ Bống")
    publish()
    page = reader.get("/leaderboard")
    assert page.text(".lb .me") == "2 N Nguyễn Văn An you Only you can see this line. 2"
    assert page.texts(".pod .vh") == ["Place 1:", "Place 3:"]
    assert "Nguyễn" not in visitor.get("/b/2026-10").html


def test_her_own_listed_line_stands_once_and_marked(
    reader: Browser, session: Session, an: Patient, helper: Helper, publish: Publish
) -> None:
    for number, nickname in enumerate(("Biển Xanh", "Cô giáo Hạ", "Mẹ Bống")):
        helper(f"Hoa {number}", 3, nickname)
    help_friends(session, an, 1)
    be_listed(session, an, "Sen Nhỏ")
    publish()
    page = reader.get("/leaderboard")
    assert page.texts(".lb li") == ["4 S Sen Nhỏ you 2 more friends for the top three 1"]


def test_listed_without_a_nickname_her_line_is_the_boards(
    reader: Browser, session: Session, an: Patient, helper: Helper, publish: Publish
) -> None:
    """B6: the board shows her masked, and so does her own line: she stands there once."""
    for number, nickname in enumerate(("Biển Xanh", "Cô giáo Hạ", "Mẹ Bống")):
        helper(f"Hoa {number}", 3, nickname)
    help_friends(session, an, 1)
    agree_to_be_listed(session, an)
    publish()
    [line] = reader.get("/leaderboard").texts(".lb li")
    assert "2 more friends for the top three" in line
    assert "Nguyễn Văn An" not in line


def test_switching_the_consent_off_takes_the_name_away_at_once(
    reader: Browser, session: Session, an: Patient, helper: Helper, publish: Publish, visitor: Browser
) -> None:
    """B3: who withdraws disappears from page and public page; ranks stay."""
    help_friends(session, an, 2)
    be_listed(session, an, "Sen Nhỏ")
    helper("Mai", 1, "Mẹ Bống")
    publish()
    assert "Sen Nhỏ" in visitor.get("/b/2026-10").html
    page = reader.submit("/leaderboard", "/me/consents/leaderboard", granted=None)
    assert (page.status, page.location) == (303, "/leaderboard")
    public = visitor.get("/b/2026-10")
    assert "Sen Nhỏ" not in public.html
    assert public.texts(".pod .vh") == ["Place 2:"]


def test_a_month_has_its_own_page(reader: Browser, helper: Helper, publish: Publish) -> None:
    helper("Hoa", 1, "Biển Xanh")
    publish()
    assert "October 2026" in reader.get("/leaderboard/2026-10").text()


@pytest.mark.parametrize("month", ["2026-09", "2026-13", "latest", "2026-1", "０２２６-10"])
def test_other_months_are_not_found(reader: Browser, helper: Helper, publish: Publish, month: str) -> None:
    helper("Hoa", 1, "Biển Xanh")
    publish()
    assert reader.get(f"/leaderboard/{month}").status == 404


def test_the_board_needs_a_login(visitor: Browser) -> None:
    assert visitor.get("/leaderboard").status == 303
