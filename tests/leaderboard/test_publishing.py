"""Publishing a month and what stays of it afterwards (B3, B5, B6, F11)."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.clock import Month
from loyalty.kernel.database import make_engine
from loyalty.kernel.events import pending, settle
from loyalty.kernel.refusal import Refusal
from loyalty.leaderboard import operations, queries, rules
from loyalty.leaderboard.events import BoardPublished
from loyalty.leaderboard.models import Board, BoardRow
from tests.leaderboard.conftest import FIRST_OF_DECEMBER, NOVEMBER, Clinic

LATER = FIRST_OF_DECEMBER + timedelta(days=5)


def test_b3_publishing_freezes_names_and_scores(clinic: Clinic) -> None:
    mai, chi = clinic.patient("Trần Mai"), clinic.patient("Lê Chi")
    clinic.nickname(mai, "Blue Sea")
    [first, _] = [clinic.helped(mai)[0], *clinic.helped(mai)]
    clinic.helped(chi)
    clinic.draft()
    board = clinic.publish()
    assert (board.state, board.published_at, board.published_by_id) == (
        rules.PUBLISHED,
        FIRST_OF_DECEMBER,
        clinic.director.id,
    )
    frozen = queries.published(clinic.session, NOVEMBER)
    assert clinic.public() == [(1, "Blue Sea", 2), (2, "L. C.", 1)]

    clinic.reverse(first)
    clinic.nickname(mai, "Green Sea")
    clinic.nickname(chi, "Chi Chi")
    assert queries.published(clinic.session, NOVEMBER) == frozen


def test_b3_later_reversals_appear_to_staff_as_corrections(clinic: Clinic) -> None:
    mai, chi = clinic.patient("Mai"), clinic.patient("Chi")
    [first, *_] = clinic.helped(mai) + clinic.helped(mai)
    clinic.helped(chi)
    clinic.draft()
    clinic.publish()
    clinic.reverse(first)
    rows = queries.review_rows(clinic.session, NOVEMBER)
    assert [(row.patient_id, row.score, row.corrections) for row in rows] == [(mai, 2, 1), (chi, 1, 0)]


def test_f11_what_was_reversed_after_the_draft_is_not_published(clinic: Clinic) -> None:
    mai, chi = clinic.patient("Mai"), clinic.patient("Chi")
    [first] = clinic.helped(mai)
    clinic.helped(chi)
    clinic.draft()
    clinic.reverse(first)
    board = clinic.publish()
    assert (board.friends_total, board.helpers_total) == (1, 1)
    assert clinic.standings() == [(1, chi, 1)]


def test_b3_a_waiting_nickname_of_a_member_stops_publishing(clinic: Clinic) -> None:
    mai, stranger = clinic.patient("Mai"), clinic.patient("Stranger")
    clinic.helped(mai)
    clinic.nickname(mai, "Blue Sea", approve=None)
    clinic.nickname(stranger, "Elsewhere", approve=None)
    clinic.draft()
    with pytest.raises(Refusal) as refusal:
        clinic.publish()
    assert (refusal.value.code, refusal.value.params) == ("nicknames_waiting", {"count": 1})
    clinic.session.rollback()
    assert queries.published(clinic.session, NOVEMBER) is None
    clinic.decide(mai, False)
    clinic.publish()
    assert clinic.public() == [(1, "M.", 1)]


def test_b3_there_must_be_a_draft(clinic: Clinic) -> None:
    with pytest.raises(Refusal, match="board_missing"):
        clinic.publish()


def test_b5_an_empty_month_cannot_be_published(clinic: Clinic) -> None:
    assert clinic.draft().helpers_total == 0
    with pytest.raises(Refusal, match="board_empty"):
        clinic.publish()


def test_b3_publishing_again_changes_nothing(clinic: Clinic) -> None:
    clinic.helped(clinic.patient())
    clinic.draft()
    clinic.publish()
    frozen = queries.published(clinic.session, NOVEMBER)
    assert clinic.publish(now=LATER).published_at == FIRST_OF_DECEMBER
    assert queries.published(clinic.session, NOVEMBER) == frozen
    assert published_entries(clinic.session) == 1


def test_b3_publishing_is_told_once(clinic: Clinic) -> None:
    clinic.helped(clinic.patient())
    board = clinic.draft()
    for _ in range(2):
        operations.publish_board(clinic.session, month=NOVEMBER, actor=clinic.director, now=LATER)
    assert pending(clinic.session) == [BoardPublished(board.id, "2026-11")]
    clinic.save()


def test_b3_two_publishers_publish_once(clinic: Clinic, database_url: str) -> None:
    mai = clinic.patient()
    clinic.nickname(mai, "Blue Sea")
    clinic.helped(mai)
    clinic.draft()
    start, told = Barrier(4), []
    publishers = [
        Thread(target=publish_alone, args=(database_url, clinic.director, start, told)) for _ in range(4)
    ]
    for publisher in publishers:
        publisher.start()
    for publisher in publishers:
        publisher.join()
    assert sorted(told) == [0, 0, 0, 1]
    clinic.session.expire_all()
    assert clinic.public() == [(1, "Blue Sea", 1)]
    assert published_entries(clinic.session) == 1


def test_b2_two_drafts_at_once_make_one_board(clinic: Clinic, database_url: str) -> None:
    clinic.helped(clinic.patient())
    start = Barrier(4)
    drafters = [Thread(target=draft_alone, args=(database_url, start)) for _ in range(4)]
    for drafter in drafters:
        drafter.start()
    for drafter in drafters:
        drafter.join()
    assert clinic.session.scalar(select(func.count()).select_from(Board)) == 1
    assert clinic.session.scalar(select(func.count()).select_from(BoardRow)) == 1


def publish_alone(url: str, actor: Actor, start: Barrier, told: list[int]) -> None:
    engine = make_engine(url)
    with Session(engine) as session:
        start.wait(10)
        operations.publish_board(session, month=NOVEMBER, actor=actor, now=FIRST_OF_DECEMBER)
        told.append(len(pending(session)))
        settle(session, {}, FIRST_OF_DECEMBER)
        session.commit()
    engine.dispose()


def draft_alone(url: str, start: Barrier) -> None:
    engine = make_engine(url)
    with Session(engine) as session:
        start.wait(10)
        operations.draft_board(session, month=NOVEMBER, actor=SYSTEM, now=FIRST_OF_DECEMBER)
        session.commit()
    engine.dispose()


def published_entries(session: Session) -> int:
    published = select(func.count()).where(AuditEntry.action == "leaderboard.published")
    return session.scalar(published) or 0


def test_b3_months_are_published_one_by_one(clinic: Clinic) -> None:
    mai = clinic.patient("Trần Mai")
    for month in (NOVEMBER.plus(-1), NOVEMBER):
        clinic.helped(mai, FIRST_OF_DECEMBER.replace(month=month.number, day=15))
        clinic.draft(month)
    clinic.publish(NOVEMBER.plus(-1))
    assert queries.published_months(clinic.session) == [Month(2026, 10)]
    clinic.publish()
    assert queries.published_months(clinic.session) == [Month(2026, 11), Month(2026, 10)]
    latest = queries.latest_published(clinic.session)
    assert latest is not None
    assert latest == queries.published(clinic.session, NOVEMBER)
