"""The name for the thank-you board: the patient proposes, staff read it before anybody else (B6)."""

import pytest
from sqlalchemy.orm import Session

from loyalty.leaderboard.models import Nickname
from loyalty.leaderboard.operations import decide_nickname
from loyalty.patients.models import Patient
from tests.portal.browser import Browser
from tests.portal.scenes import all_of
from tests.support.acting import commit
from tests.support.cast import LAN, NOON

URL = "/me/nickname"


def test_a_proposal_waits_for_staff(reader: Browser, session: Session, an: Patient) -> None:
    assert reader.submit("/me", URL, nickname="Sen Nhỏ").status == 303
    [kept] = all_of(session, Nickname)
    assert (kept.patient_id, kept.nickname, kept.state, kept.real_name_allowed) == (
        an.id,
        "Sen Nhỏ",
        "waiting",
        False,
    )
    assert "We are reading it" in reader.get("/me").text("#board-name")


def test_the_decision_is_told(reader: Browser, session: Session, an: Patient) -> None:
    reader.submit("/me", URL, nickname="Sen Nhỏ")
    decide_nickname(session, patient_id=an.id, approve=True, actor=LAN, now=NOON)
    commit(session)
    assert "Approved Sen Nhỏ" in reader.get("/me").text("#board-name")
    decide_nickname(session, patient_id=an.id, approve=False, actor=LAN, now=NOON)
    commit(session)
    assert "Please choose another one" in reader.get("/me").text("#board-name")


@pytest.mark.parametrize("nickname", ["", "x", "0903 111 111", "www.example.com", "Nguyễn Văn An", "x" * 41])
def test_names_that_tell_too_much_are_refused(reader: Browser, session: Session, nickname: str) -> None:
    page = reader.submit("/me", URL, nickname=nickname)
    assert page.status == 422
    assert page.tree.css_first("#board-name .errmsg") is not None
    assert all_of(session, Nickname) == []


def test_only_her_own_word_allows_the_real_name(reader: Browser, session: Session) -> None:
    reader.submit("/me", URL, nickname="", real_name_allowed="y")
    assert [kept.real_name_allowed for kept in all_of(session, Nickname)] == [True]


def test_reading_proposes_nothing(reader: Browser) -> None:
    assert reader.get(URL).status == 405
