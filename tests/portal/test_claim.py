"""Claiming an invitation: one answer for everybody, nothing twice (F3, F5, F6, F15)."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.access.rules.limits import HOUR, LIMITS, Limit
from loyalty.patients.models import Consent, Patient
from loyalty.referrals.models import Referral
from loyalty.referrals.operations import show_name
from loyalty.referrals.queries import code_of
from loyalty.visits.models import AppointmentRequest
from tests.portal.browser import Browser
from tests.portal.scenes import all_of
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, person

BINH: dict[str, str] = {"name": "Lê Bình", "phone": "0905 222 333", "care": "y"}


def _claim(visitor: Browser, code: str, **changes: str | None) -> Browser:
    """Fill in the landing page's form and send it."""
    page = visitor.submit(f"/i/{code}", f"/i/{code}/claim", **{**BINH, **changes})
    assert (page.status, page.location) == (303, f"/i/{code}/thanks")
    return visitor


def test_a_friend_becomes_a_patient_with_a_wish_and_a_referral(
    visitor: Browser, code: str, session: Session, an: Patient
) -> None:
    _claim(visitor, code, wished_on="2026-11-20", part_of_day="morning", referral="y")
    [referral] = all_of(session, Referral)
    [friend] = all_of(session, Patient, Patient.id == referral.friend_id)
    assert (referral.referrer_id, referral.stage, referral.origin) == (an.id, "registered", "link")
    assert (friend.name, friend.phone, friend.language) == ("Lê Bình", "+84905222333", "en")
    [wish] = all_of(session, AppointmentRequest)
    assert (wish.patient_id, wish.wished_on, wish.part_of_day) == (friend.id, date(2026, 11, 20), "morning")
    given = {(act.purpose, act.granted) for act in all_of(session, Consent)}
    assert given == {("care", True), ("referral", True)}


def test_the_thank_you_page_says_what_happens_next(
    visitor: Browser, code: str, session: Session, an: Patient
) -> None:
    show_name(session, patient_id=an.id, shown_name="Anh An", actor=LAN, now=NOON)
    commit(session)
    page = _claim(visitor, code, wished_on="2026-11-20", part_of_day="morning").get(f"/i/{code}/thanks")
    assert page.texts("h1") == ["Thank you, your request is in"]
    assert "Friday, November 20, 2026, morning" in page.text(".appt")
    assert page.text(".code") == code
    assert "Say that Anh An invited you, or show this code." in page.text()


def test_without_a_claim_there_is_nothing_to_thank_for(visitor: Browser, code: str) -> None:
    assert visitor.get(f"/i/{code}/thanks").location == f"/i/{code}"


def test_the_same_form_sent_twice_is_one_claim(visitor: Browser, code: str, session: Session) -> None:
    form = {**visitor.get(f"/i/{code}").fields(f"/i/{code}/claim"), **BINH}
    for _ in range(2):
        assert visitor.post(f"/i/{code}/claim", form).status == 303
    assert len(all_of(session, Referral)) == len(all_of(session, AppointmentRequest)) == 1


def test_a_second_claim_makes_nothing_twice(visitor: Browser, code: str, session: Session) -> None:
    _claim(visitor, code)
    _claim(visitor, code, name="Someone Else")
    assert len(all_of(session, Referral)) == 1
    assert len(all_of(session, AppointmentRequest)) == 1


def test_a_second_invitation_does_not_move_the_friend(
    visitor: Browser, code: str, session: Session, chi: Patient
) -> None:
    """F4: one referral in a friend's life."""
    other = code_of(session, chi.id)
    session.commit()
    assert other is not None
    _claim(visitor, code)
    _claim(visitor, other.code)
    assert [row.referrer_id for row in all_of(session, Referral)] != [chi.id]
    assert len(all_of(session, Referral)) == 1


def _answer(app_browser: Browser, code: str, phone: str) -> tuple[int, str, str]:
    """All a claimer can learn: the status, where she is sent, what she reads there."""
    page = app_browser.submit(f"/i/{code}", f"/i/{code}/claim", **{**BINH, "phone": phone})
    return page.status, page.location, app_browser.get(page.location).html


def test_nobody_learns_who_is_a_patient(
    app: Flask, code: str, session: Session, an: Patient, chi: Patient
) -> None:
    """F5, F6, F15: own link, known patient, former patient, stranger: word for word the same answer."""
    former = person(session, "Cũ", phone="+84907777777")
    complete(session, former)
    before = len(all_of(session, Patient))
    answers = {
        _answer(Browser(app), code, phone)
        for phone in (an.phone or "", chi.phone or "", former.phone or "", "0908 888 888")
    }
    assert len(answers) == 1
    assert len(all_of(session, Patient)) == before + 1
    [referral] = all_of(session, Referral)
    assert referral.friend_id not in (an.id, chi.id, former.id)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"phone": ""}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"phone": "not a phone"}, "phone"),
        ({"care": None}, "care"),
    ],
)
def test_what_is_missing_is_told_beside_its_field(
    visitor: Browser, code: str, session: Session, wrong: dict[str, str | None], field: str
) -> None:
    page = visitor.submit(f"/i/{code}", f"/i/{code}/claim", **{**BINH, **wrong})
    assert page.status == 422
    assert page.tree.css_first(f"#{field}[aria-invalid=true]") is not None
    if "name" not in wrong:
        assert page.fields(f"/i/{code}/claim")["name"] == "Lê Bình"
    assert all_of(session, Patient, Patient.name == "Lê Bình") == []


@pytest.mark.parametrize("wrong", [{"wished_on": "2020-01-01"}, {"part_of_day": "noon"}, {"note": "x" * 301}])
def test_what_was_not_offered_is_refused(
    visitor: Browser, code: str, session: Session, wrong: dict[str, str | None]
) -> None:
    assert visitor.submit(f"/i/{code}", f"/i/{code}/claim", **{**BINH, **wrong}).status == 422
    assert all_of(session, AppointmentRequest) == []


def test_the_gift_depends_on_no_consent_but_the_needed_one(
    visitor: Browser, code: str, session: Session
) -> None:
    _claim(visitor, code)
    assert {act.purpose for act in all_of(session, Consent)} == {"care"}
    assert len(all_of(session, Referral)) == 1


def test_an_unknown_code_can_not_be_claimed(visitor: Browser, code: str, session: Session) -> None:
    form = {**visitor.get(f"/i/{code}").fields(f"/i/{code}/claim"), **BINH}
    page = visitor.post("/i/22222222/claim", form)
    assert page.status == 404
    assert all_of(session, AppointmentRequest) == []


def test_claiming_on_the_inviters_own_device_is_flagged(
    log_in: Callable[..., Browser], an: Patient, code: str, session: Session
) -> None:
    """F6: same device, so staff look first; the answer is the same."""
    _claim(log_in(an), code)
    assert [row.flags for row in all_of(session, Referral)] == [["same_device"]]


def test_a_flood_of_claims_from_one_address_is_slowed_down(
    app: Flask, code: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "claim.address", (Limit(2, HOUR),))
    pages = [
        Browser(app).submit(f"/i/{code}", f"/i/{code}/claim", **{**BINH, "phone": f"090500000{number}"})
        for number in range(3)
    ]
    assert [page.status for page in pages] == [303, 303, 429]
    assert len(all_of(session, Referral)) == 2


def test_reading_the_address_claims_nothing(visitor: Browser, code: str, session: Session) -> None:
    assert visitor.get(f"/i/{code}/claim").status == 405
    assert all_of(session, AppointmentRequest) == []


def test_without_the_token_nothing_happens(visitor: Browser, code: str, session: Session) -> None:
    assert visitor.post(f"/i/{code}/claim", BINH).status == 400
    assert all_of(session, AppointmentRequest) == []


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Мария Иванова", "李小敏", "O'Brien & Söhne"])
def test_names_of_all_scripts_are_kept_as_they_are(
    visitor: Browser, code: str, session: Session, name: str
) -> None:
    _claim(visitor, code, name=name)
    [referral] = all_of(session, Referral)
    assert [row.name for row in all_of(session, Patient, Patient.id == referral.friend_id)] == [name]
