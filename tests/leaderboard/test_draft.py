"""Counting a clinic month (B1, B2, B4, B5) in one statement on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from loyalty.activity.models import AuditEntry
from loyalty.clinic.models import Staff
from loyalty.clinic.operations import change_setting
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import Month
from loyalty.kernel.refusal import Refusal
from loyalty.leaderboard import rules
from loyalty.leaderboard.models import Board
from tests.leaderboard.conftest import FIRST_OF_DECEMBER, NOVEMBER, Clinic

NOON = datetime(2026, 11, 15, 5, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "UTC", "America/New_York", "Pacific/Kiritimati"])
def test_b1_month_is_the_clinics_month(clinic_in: Callable[[str], Clinic], zone: str) -> None:
    clinic = clinic_in(zone)
    start = datetime(2026, 11, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = datetime(2026, 12, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    mai = clinic.patient()
    clinic.helped(mai, start - MOMENT, start, end - MOMENT, end)
    assert clinic.draft(now=end + timedelta(hours=1)).friends_total == 2
    assert clinic.standings() == [(1, mai, 2)]
    assert clinic.draft(NOVEMBER.plus(-1), now=end + timedelta(hours=1)).friends_total == 1


def test_b1_the_last_evening_in_utc_belongs_to_the_next_month_in_saigon(clinic: Clinic) -> None:
    clinic.helped(clinic.patient(), datetime(2026, 11, 30, 20, 0, tzinfo=UTC))
    assert clinic.draft().friends_total == 0
    assert clinic.draft(Month(2026, 12), now=datetime(2027, 1, 2, tzinfo=UTC)).friends_total == 1


def test_b2_no_draft_before_the_month_has_settled(clinic: Clinic) -> None:
    settled = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
    with pytest.raises(Refusal) as refusal:
        clinic.draft(now=settled - MOMENT)
    assert (refusal.value.code, refusal.value.params["at"]) == ("board_too_early", settled)
    assert clinic.draft(now=settled).state == rules.DRAFT


def test_b2_the_hours_to_settle_are_a_setting(clinic: Clinic) -> None:
    change_setting(
        clinic.session, key="leaderboard.settle_hours", text="48", actor=SYSTEM, now=FIRST_OF_DECEMBER
    )
    clinic.save()
    with pytest.raises(Refusal, match="board_too_early"):
        clinic.draft(now=FIRST_OF_DECEMBER)


def test_b2_one_draft_a_month_that_may_be_rebuilt(clinic: Clinic) -> None:
    mai, chi = clinic.patient("Mai"), clinic.patient("Chi")
    [first] = clinic.helped(mai)
    before = clinic.draft().id
    clinic.helped(chi, NOON, NOON)
    clinic.reverse(first)
    again = clinic.draft(now=FIRST_OF_DECEMBER + timedelta(days=1))
    assert (again.id, again.helpers_total, again.friends_total) == (before, 1, 2)
    assert again.drafted_at == FIRST_OF_DECEMBER + timedelta(days=1)
    assert clinic.standings() == [(1, chi, 2)]
    assert clinic.session.scalar(select(func.count()).select_from(Board)) == 1


def test_b2_a_published_month_is_not_drafted_again(clinic: Clinic) -> None:
    clinic.helped(clinic.patient())
    clinic.draft()
    clinic.publish()
    with pytest.raises(Refusal, match="board_published"):
        clinic.draft()


def test_b4_ties_share_a_rank_and_the_earlier_stands_first(clinic: Clinic) -> None:
    late, early, third = clinic.patient("Late"), clinic.patient("Early"), clinic.patient("Third")
    clinic.helped(late, NOON, NOON + timedelta(days=3))
    clinic.helped(early, NOON + timedelta(days=1), NOON + timedelta(days=2))
    clinic.helped(third, NOON)
    clinic.draft()
    assert clinic.standings() == [(1, early, 2), (1, late, 2), (3, third, 1)]


def test_b4_the_statement_ranks_as_the_rule_does(clinic: Clinic) -> None:
    chance = Random(4)
    expected = []
    for _ in range(25):
        patient = clinic.patient()
        instants = [NOON + timedelta(days=chance.choice((0, 1))) for _ in range(chance.randint(1, 3))]
        clinic.helped(patient, *instants)
        key = rules.tie_key(patient, NOVEMBER)
        expected.append(rules.Standing(patient, len(instants), max(instants), key))
    clinic.draft()
    assert clinic.standings() == [(rank, one.patient_id, one.score) for rank, one in rules.ranked(expected)]


@pytest.mark.parametrize("stage", ["arrived", "reversed", "rejected", "expired"])
def test_b5_only_qualified_referrals_count(clinic: Clinic, stage: str) -> None:
    clinic.helped(clinic.patient(), stage=stage)
    assert clinic.draft().helpers_total == 0


def test_f16_staff_are_not_ranked(clinic: Clinic) -> None:
    staff = {"name": "Lan", "role": "reception", "created_at": FIRST_OF_DECEMBER}
    clinic.session.add_all(
        [
            Staff(email="lan@annhien.vn", phone="+84903000001", **staff),
            Staff(email="left@annhien.vn", disabled_at=FIRST_OF_DECEMBER, **staff),
        ]
    )
    clinic.save()
    clinic.helped(clinic.patient(phone="+84903000001"))
    clinic.helped(clinic.patient(email="lan@annhien.vn"))
    left = clinic.patient(email="left@annhien.vn")
    clinic.helped(left)
    clinic.draft()
    assert clinic.standings() == [(1, left, 1)]


def test_merged_and_blocked_patients_are_not_ranked(clinic: Clinic) -> None:
    mai = clinic.patient()
    for facts in ({"merged_into_id": mai}, {"blocked_at": NOON}):
        clinic.helped(clinic.patient(**facts))
    clinic.helped(mai)
    clinic.draft()
    assert clinic.standings() == [(1, mai, 1)]


def test_b2_each_draft_is_in_the_audit_trail(clinic: Clinic) -> None:
    clinic.helped(clinic.patient())
    board = clinic.draft()
    entry = clinic.session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "board")).one()
    assert (entry.action, entry.object_id, entry.actor_kind) == (
        "leaderboard.drafted",
        str(board.id),
        "system",
    )
    assert entry.after == {"month": "2026-11", "helpers": 1, "friends": 1}
