"""What the periodic jobs do to a clinic; each may run again without doing it again."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from jobs import work
from loyalty.badges.models import BadgeAward
from loyalty.kernel.clock import Month
from loyalty.leaderboard.models import Board
from loyalty.patients.models import Patient, PatientStats
from loyalty.referrals.models import InviteClicks, InviteCode, Referral
from tests.support.acting import commit
from tests.support.cast import NOON, complete, introduce, person
from web.clicks import count_click

pytestmark = pytest.mark.usefixtures("here")


def badges(session: Session) -> list[str]:
    found = list(session.scalars(select(BadgeAward.badge).order_by(BadgeAward.badge)))
    session.rollback()
    return found


@pytest.mark.parametrize(
    ("first_on", "today", "given"),
    [
        ("2023-11-17", "2024-11-17", True),
        ("2023-11-17", "2024-11-16", False),
        ("2024-02-29", "2025-02-28", True),
        ("2024-02-29", "2025-02-27", False),
    ],
)
def test_a_year_with_us_is_noticed_by_the_calendar(
    session: Session, an: Patient, first_on: str, today: str, given: bool
) -> None:
    noon = timedelta(hours=5)
    complete(session, an, now=datetime.fromisoformat(f"{first_on}T00:00:00Z") + noon)
    now = datetime.fromisoformat(f"{today}T00:00:00Z") + noon
    assert work.review_tiers(now, "", 10) == ("1 badges" if given else "nothing to change")
    assert work.review_tiers(now, "", 10) == "nothing to change"
    assert ("one-year" in badges(session)) is given


def test_a_tier_that_fits_no_facts_is_put_right(session: Session, an: Patient) -> None:
    complete(session, an)
    session.execute(text("UPDATE patient_stats SET tier = NULL"))
    commit(session)
    assert work.review_tiers(NOON, "", 10) == "1 tiers"
    assert session.get_one(PatientStats, an.id, populate_existing=True).tier == "member"


def test_f9_old_referrals_end_once(session: Session, an: Patient) -> None:
    for name in ("Bình", "Dũng", "Giang"):
        introduce(session, an, person(session, name))
    after = NOON + timedelta(days=181)
    assert work.expire_old_referrals(NOON, "", 2) == "expired 0 referrals"
    assert work.expire_old_referrals(after, "", 2) == "expired 3 referrals"
    assert work.expire_old_referrals(after, "", 2) == "expired 0 referrals"
    assert set(session.scalars(select(Referral.stage))) == {"expired"}


def test_b2_the_draft_is_made_once_for_the_month(session: Session, an: Patient) -> None:
    after = NOON + timedelta(days=20)
    assert work.draft_leaderboard(after, "2026-11", 1) == "drafted 2026-11"
    assert work.draft_leaderboard(after, "2026-11", 1) == "drafted 2026-11"
    assert work.draft_leaderboard(NOON, "2026-11", 1) == "no draft of 2026-11: board_too_early"
    assert list(session.scalars(select(Board.month))) == [str(Month(2026, 11))]


def test_f2_clicks_are_carried_over_once(session: Session, an: Patient) -> None:
    code_id = session.scalars(select(InviteCode.id)).one()
    session.rollback()
    for _ in range(3):
        count_click(code_id, date(2026, 11, 17))
    assert work.flush_clicks(NOON, "", 100) == "counted 3 clicks"
    assert work.flush_clicks(NOON, "", 100) == "counted 0 clicks"
    assert session.scalar(select(func.sum(InviteClicks.clicks))) == 3


def test_clicks_wait_for_redis(here: Flask, an: Patient) -> None:
    here.config["REDIS_URL"] = "unix:///nonexistent/valkey.sock"
    assert work.flush_clicks(NOON, "", 100) == "Redis does not answer"


def test_reconcile_says_what_does_not_fit(session: Session, an: Patient) -> None:
    complete(session, an)
    assert work.reconcile(NOON, "", 1) == "all right"
    session.execute(text("UPDATE patient_stats SET points_balance = 7"))
    commit(session)
    assert work.reconcile(NOON, "", 1) == "1 balance is not ledger, 1 balance is not lots"
