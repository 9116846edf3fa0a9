"""What a patient reads about her tier: its benefits, the next one's, and what keeps it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from loyalty.clinic.operations import change_setting
from loyalty.kernel.localized import LocalizedText
from loyalty.patients.models import Patient, PatientStats
from loyalty.tiers.operations import pin_tier, save_benefit
from tests.portal.browser import Browser
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete


@pytest.fixture
def perks(session: Session, an: Patient) -> None:
    for tier, english in (("member", "Reminders"), ("silver", "Care line"), ("gold", "A room")):
        save_benefit(
            session, tier=tier, name=LocalizedText({"en": english}), icon="bell", actor=LAN, now=NOON
        )
    commit(session, NOON)


def stand(session: Session, an: Patient, **facts: object) -> None:
    stats = session.get_one(PatientStats, an.id)
    for name, value in facts.items():
        setattr(stats, name, value)
    commit(session)


@pytest.mark.usefixtures("perks")
def test_the_benefits_of_the_own_and_of_the_next_tier(session: Session, an: Patient, reader: Browser) -> None:
    stand(session, an, tier="silver", visit_count=3)
    page = reader.get("/tier")
    assert page.texts("section[aria-labelledby=own] .perks b") == ["Care line", "Reminders"]
    assert page.texts("section[aria-labelledby=next] .perks b") == ["A room"]


@pytest.mark.usefixtures("perks")
def test_the_top_tier_shows_its_benefits_on_the_home(session: Session, an: Patient, reader: Browser) -> None:
    stand(session, an, tier="black", visit_count=20)
    assert reader.get("/").texts(".privs li") == ["A room", "Care line", "Reminders"]


def test_a_newcomer_is_told_when_benefits_begin(an: Patient, reader: Browser) -> None:
    assert "Your benefits begin with your first visit." in reader.get("/tier").text("main")


@pytest.mark.parametrize("path", ["/", "/tier"])
def test_m6_an_announced_fall_says_what_keeps_the_tier(
    session: Session, an: Patient, reader: Browser, path: str
) -> None:
    falls_on = (NOON + timedelta(days=20)).date()
    stand(session, an, tier="silver", visit_count=1, tier_falls_on=falls_on)
    note = reader.get(f"{path}").text(".note.warn")
    assert "You are Silver until" in note
    assert "2 more visits before then and you stay Silver." in note
    assert "1 more friend helped before then and you stay Silver." in note


def test_m4_the_ways_count_what_the_window_counts(session: Session, an: Patient, reader: Browser) -> None:
    change_setting(session, key="tiers.window", text="rolling_12_months", actor=LAN, now=NOON)
    for days in (10, 500):
        complete(session, an, now=NOON - timedelta(days=days))
    assert "2 more visits" in reader.get("/tier").text("section[aria-labelledby=next]")


def test_m10_a_tier_held_by_the_clinic_says_until_when(
    session: Session, an: Patient, reader: Browser
) -> None:
    until = (NOON + timedelta(days=20)).date()
    pin_tier(session, patient_id=an.id, tier="gold", until=until, reason="x", actor=LAN, now=NOON)
    commit(session)
    assert reader.get("/tier").text("main .chip").startswith("Gold is yours until")
