"""The demo has the cast that README.md promises, whatever the database."""

from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.badges.queries import awards
from loyalty.checks.queries import check_all
from loyalty.clinic.models import Branch, Clinic, Doctor, Service
from loyalty.clinic.queries import all_staff, programme
from loyalty.clinic.rules.roles import ROLES
from loyalty.kernel.clock import Month
from loyalty.leaderboard import queries as leaderboard
from loyalty.messaging.queries import counts_by_state
from loyalty.patients.models import Patient
from loyalty.patients.queries import consent_given, patients_with_phone, stats
from loyalty.points.queries import available, entries, next_expiry
from loyalty.referrals import queries as referrals
from loyalty.reports.queries.desk import stage_counts
from loyalty.visits import queries as visits
from tests.demo.conftest import NOW, named

LAST_MONTH = Month(2026, 10)


def test_mai_is_silver_with_two_friends_and_points_that_end_soon(demo: Session) -> None:
    mai, calendar = named(demo, "Nguyễn Thị Mai"), programme(demo).calendar
    row = stats(demo, mai.id)
    assert row is not None
    assert (row.tier, row.visit_count, row.referral_count) == ("silver", 6, 2)
    assert available(demo, mai.id, calendar.day_of(NOW)) == 1240
    ends, last_day = next_expiry(demo, mai.id, calendar.day_of(NOW)) or (0, None)
    assert ends == 350
    assert last_day is not None
    assert 14 < (last_day - calendar.day_of(NOW)).days < 24
    assert set(awards(demo, mai.id)) == {"first-visit", "first-friend", "one-year"}
    assert {entry.kind for entry in entries(demo, mai.id)} == {"earn", "redeem", "expire", "referral"}


def test_mai_has_an_appointment_in_three_days_not_confirmed_yet(demo: Session) -> None:
    found = visits.next_visit(demo, named(demo, "Nguyễn Thị Mai").id, NOW)
    assert found is not None
    visit, doctor = found
    local = programme(demo).calendar.local(visit.scheduled_at)
    assert (local.day - 22, local.hour, local.minute, visit.confirmed_at) == (3, 9, 30, None)
    assert doctor is not None
    assert doctor["vi"] == "BS. Lê Hoàng Anh"


def test_mai_sees_of_her_friends_what_they_allowed(demo: Session) -> None:
    seen = referrals.referrals_by(demo, named(demo, "Nguyễn Thị Mai").id)
    assert [(friend.friend_name, friend.stage, friend.points_given) for friend in seen] == [
        (None, None, 0),
        ("Đỗ Minh Tuấn", "booked", 0),
        (None, None, 100),
        ("Lê Thị Hương", "qualified", 100),
    ]


@pytest.mark.parametrize(
    ("name", "language", "tier", "friends"),
    [
        ("李敏", "zh", "gold", 5),
        ("Анна Сергеевна Волкова", "ru", "silver", 2),
        ("Emma Clarke", "en", "black", 9),
        ("Hoàng Kim Oanh", "vi", "gold", 3),
        ("Bùi Thảo Vy", "vi", None, 0),
    ],
)
def test_everybody_speaks_her_own_language(
    demo: Session, name: str, language: str, tier: str | None, friends: int
) -> None:
    person = named(demo, name)
    row = stats(demo, person.id)
    assert row is not None
    assert (person.language, row.tier, row.referral_count) == (language, tier, friends)


def test_mother_and_child_share_a_phone(demo: Session) -> None:
    family = patients_with_phone(demo, "+84913668315")
    assert [(one.name, one.guardian_id) for one in family] == [
        ("Đặng Thu Hà", None),
        ("Trần Gia Bảo", family[0].id),
    ]


def test_somebody_owes_points(demo: Session) -> None:
    row = stats(demo, named(demo, "Đinh Quốc Bảo").id)
    assert row is not None
    assert (row.points_balance, row.points_debt) == (-130, 130)


def test_referrals_stand_at_every_stage_and_one_is_held(demo: Session) -> None:
    stages = stage_counts(demo)
    assert set(stages) == {
        "registered", "booked", "arrived", "qualified", "expired", "rejected", "reversed",
    }  # fmt: skip
    held = referrals.board(demo, flagged=True)
    assert [(row.friend_name, row.stage, row.flags, row.is_held) for row in held] == [
        ("Trịnh Văn Long", "arrived", ["same_device"], True)
    ]


def test_last_months_board_waits_with_a_tie_and_a_nickname_to_decide(demo: Session) -> None:
    rows = leaderboard.review_rows(demo, LAST_MONTH)
    assert [(row.rank, row.score, row.shown_name, row.nickname_state) for row in rows] == [
        (1, 5, "Biển Xanh", "approved"),
        (2, 4, "Cô giáo Hạ", "approved"),
        (3, 3, "Mẹ Bống", "approved"),
        (4, 2, "Em by the sea", "approved"),
        (4, 2, "Sen Nhỏ", "approved"),
        (6, 1, "Cà phê sữa", "approved"),
        (6, 1, "L. Q. H.", "waiting"),
        (6, 1, None, None),
    ]
    assert consent_given(demo, named(demo, "Nguyễn Thị Mai").id, "leaderboard", "any")


def test_every_earlier_month_has_been_published(demo: Session) -> None:
    states = {board.month: board.state for board in leaderboard.boards(demo)}
    assert states.pop(str(LAST_MONTH)) == "draft"
    assert set(states) == {str(LAST_MONTH.plus(-back)) for back in range(1, 14)}
    assert set(states.values()) == {"published"}
    board = leaderboard.published(demo, LAST_MONTH.plus(-1))
    assert board is not None
    assert (board.rows[0].rank, board.rows[0].shown_name) == (1, "Hoàng Kim Oanh")


def test_today_has_visits_and_wishes(demo: Session) -> None:
    calendar = programme(demo).calendar
    day = visits.day_list(demo, *calendar.day_bounds(calendar.day_of(NOW)))
    assert Counter(row.status for row in day) == {"booked": 4, "arrived": 1, "completed": 2}
    assert all(row.scheduled_at > NOW for row in day if row.status == "booked")
    wishes = visits.open_requests(demo)
    assert [wish.patient_name for wish in wishes] == [
        "Ксения Орехова",
        "Sophie Martin",
        "王芳",
        "Phạm Quỳnh Anh",
    ]


def test_messages_are_sent_queued_and_one_has_failed(demo: Session) -> None:
    states = {state: count for state, count in counts_by_state(demo).items() if count}
    assert set(states) == {"sent", "queued", "failed"}
    assert states["failed"] == 1
    assert states["queued"] == 3


def test_staff_written_texts_are_there_in_all_languages(demo: Session) -> None:
    clinic = demo.get_one(Clinic, 1)
    texts = [clinic.name, clinic.address, clinic.hours, clinic.licence]
    for table in (Branch, Doctor, Service):
        rows = demo.scalars(select(table)).all()
        assert not [row for row in rows if row.to_review]
        texts += [row.name for row in rows]
    texts += [text for _, _, *names in referrals.milestones(demo) for text in names]
    assert [text for text in texts if text.missing()] == []
    assert [friends for friends, *_ in referrals.milestones(demo)] == [1, 3, 5, 8]


def test_no_phone_falls_to_the_gateways_script_but_the_one_that_is_meant_to(demo: Session) -> None:
    special = tuple(f"00{digit}" for digit in range(1, 10))
    phones = demo.scalars(select(Patient.phone)).all()
    assert [phone for phone in phones if phone and phone.endswith(special)] == ["+84906350002"]


def test_summaries_fit_the_facts(demo: Session) -> None:
    assert [checked for checked in check_all(demo) if checked.count] == []


def test_the_clinic_has_its_size_and_one_person_for_every_role(demo: Session) -> None:
    assert demo.scalar(select(func.count()).select_from(Patient)) == 72
    assert sorted(person.role for person in all_staff(demo)) == sorted(ROLES)
