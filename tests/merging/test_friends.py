"""Introductions of two records of one person: none of herself, one of two stays (F4 to F6)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.clock import Month
from loyalty.leaderboard.models import Board, BoardRow, Nickname
from loyalty.leaderboard.operations import draft_board, propose_nickname, publish_board
from loyalty.leaderboard.operations.nicknames import decide_nickname
from loyalty.merging.queries import preview
from loyalty.patients.models import Patient
from loyalty.patients.operations import record_consent
from loyalty.referrals.models import Referral
from loyalty.referrals.operations import attribute
from loyalty.referrals.queries import code_of, find_referrers, invitation
from loyalty.visits.operations import refund_visit
from tests.merging.conftest import merge, stats, sums
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, person

DAY = timedelta(days=1)


def now_of(session: Session, referral: Referral) -> Referral:
    return session.get_one(Referral, referral.id, populate_existing=True)


def test_friends_of_both_are_counted_together(session: Session, kept: Patient, merged: Patient) -> None:
    """M3: friends helped add up, and the halves stay where they were given."""
    for referrer, name in ((kept, "Bình"), (merged, "Chi"), (merged, "Dũng")):
        friend = person(session, name)
        introduce(session, referrer, friend)
        complete(session, friend)
    before = sums(session, kept, merged)
    merge(session, merged, kept)
    assert sums(session, kept) == before
    assert (stats(session, kept).referral_count, stats(session, kept).tier) == (3, "gold")
    assert set(session.scalars(select(Referral.referrer_id))) == {kept.id}


@pytest.mark.parametrize("sent_by_merged", [True, False])
def test_f6_one_that_referred_the_other_counts_no_more(
    session: Session, kept: Patient, merged: Patient, sent_by_merged: bool
) -> None:
    """F12: what was given stays given; staff see the clash before they confirm."""
    referrer, friend = (merged, kept) if sent_by_merged else (kept, merged)
    referral = introduce(session, referrer, friend)
    complete(session, friend)
    assert stats(session, referrer).tier == "silver"
    assert "own_introduction" in preview(session, merged.id, kept.id).conflicts
    before = sums(session, kept, merged)
    merge(session, merged, kept)
    found = now_of(session, referral)
    assert (found.stage, found.end_reason) == ("rejected", "merged")
    assert sums(session, kept) == before
    assert (stats(session, kept).referral_count, stats(session, kept).tier) == (0, "member")
    assert kept.source_referrer_id is None


@pytest.mark.parametrize("brought", ["kept", "merged", "nobody"])
def test_f4_of_two_introductions_one_stays(
    session: Session, kept: Patient, merged: Patient, brought: str
) -> None:
    """The one that brought her, else the first; a refund of that visit still takes it back (F11)."""
    an, binh = person(session, "An"), person(session, "Bình")
    first = introduce(session, an, kept, NOON - DAY)
    second = introduce(session, binh, merged)
    came = {"kept": [kept], "merged": [merged], "nobody": []}[brought]
    visits = [complete(session, patient) for patient in came]
    assert "both_introduced" in preview(session, merged.id, kept.id).conflicts
    merge(session, merged, kept)
    stays, goes = (second, first) if brought == "merged" else (first, second)
    assert (now_of(session, stays).friend_id, now_of(session, goes).friend_id) == (kept.id, merged.id)
    assert (now_of(session, goes).stage, now_of(session, goes).end_reason) == ("rejected", "merged")
    assert {now_of(session, first).referrer_id, now_of(session, second).referrer_id} == {an.id, binh.id}
    for visit_id in visits:
        assert now_of(session, stays).stage == "qualified"
        refund_visit(session, visit_id=visit_id, key="r", amount_minor=1_000_000, actor=LAN, now=NOON)
        commit(session, NOON)
        assert now_of(session, stays).stage == "reversed"


def test_f4_an_introduction_of_the_merged_record_goes_over(
    session: Session, kept: Patient, merged: Patient
) -> None:
    an = person(session, "An")
    referral = introduce(session, an, merged)
    merge(session, merged, kept)
    complete(session, kept)
    assert (now_of(session, referral).friend_id, now_of(session, referral).stage) == (kept.id, "qualified")
    assert kept.source_referrer_id == an.id
    assert stats(session, an).points_balance == 100


def test_f5_who_came_before_brings_nobody_a_reward(session: Session, kept: Patient, merged: Patient) -> None:
    an = person(session, "An")
    complete(session, merged, now=NOON - DAY)
    referral = introduce(session, an, kept)
    merge(session, merged, kept)
    assert (now_of(session, referral).stage, now_of(session, referral).end_reason) == (
        "rejected",
        "existing_patient",
    )
    assert stats(session, an).points_balance == 0


def test_introduced_by_the_other_and_by_a_friend(session: Session, kept: Patient, merged: Patient) -> None:
    """The friend's introduction stays; the one of herself gives way to it."""
    an = person(session, "An")
    own = introduce(session, merged, kept)
    true = introduce(session, an, merged)
    merge(session, merged, kept)
    complete(session, kept)
    assert (now_of(session, true).friend_id, now_of(session, true).stage) == (kept.id, "qualified")
    assert (now_of(session, own).stage, now_of(session, own).friend_id) == ("rejected", merged.id)


def test_f1_both_codes_lead_to_the_kept_record(session: Session, kept: Patient, merged: Patient) -> None:
    codes = [code_of(session, patient.id) for patient in (kept, merged)]
    merge(session, merged, kept)
    friends = [person(session, name) for name in ("Chi", "Dũng")]
    for code, friend in zip(codes, friends, strict=True):
        assert code is not None
        found = invitation(session, code.code)
        assert found is not None
        assert (found.referrer_id, found.is_open) == (kept.id, True)
        assert [row.id for row in find_referrers(session, code.code)] == [kept.id]
        made = attribute(session, friend_id=friend.id, code=code.code, origin="link", actor=LAN, now=NOON)
        commit(session, NOON)
        assert made.referrer_id == kept.id


def on_the_board(session: Session, patient: Patient, name: str, at: int) -> None:
    """A listed helper with an approved nickname."""
    record_consent(
        session, patient_id=patient.id, purpose="leaderboard", granted=True, source="patient",
        wording="1", actor=LAN, now=NOON,
    )  # fmt: skip
    propose_nickname(
        session, patient_id=patient.id, nickname=name, real_name_allowed=False, actor=LAN, now=NOON
    )
    decide_nickname(session, patient_id=patient.id, approve=True, actor=LAN, now=NOON)
    friend = person(session, f"Friend {at}")
    introduce(session, patient, friend)
    complete(session, friend)


def test_b3_published_boards_stay_and_drafts_are_counted_anew(
    session: Session, kept: Patient, merged: Patient
) -> None:
    on_the_board(session, kept, "Sen", 1)
    on_the_board(session, merged, "Cúc", 2)
    month, after = Month(2026, 11), NOON + 30 * DAY
    draft_board(session, month=month, actor=LAN, now=after)
    commit(session, after)
    merge(session, merged, kept, after)
    assert [(row.patient_id, row.score) for row in session.scalars(select(BoardRow))] == [(kept.id, 2)]
    assert [row.nickname for row in session.scalars(select(Nickname))] == ["Sen"]


def test_b3_who_withdraws_is_off_the_board_with_both_rows(
    session: Session, kept: Patient, merged: Patient
) -> None:
    on_the_board(session, kept, "Sen", 1)
    on_the_board(session, merged, "Cúc", 2)
    month, after = Month(2026, 11), NOON + 30 * DAY
    draft_board(session, month=month, actor=LAN, now=after)
    publish_board(session, month=month, actor=LAN, now=after)
    commit(session, after)
    merge(session, merged, kept, after)
    assert sorted(session.scalars(select(BoardRow.shown_name))) == ["Cúc", "Sen"]
    record_consent(
        session, patient_id=kept.id, purpose="leaderboard", granted=False, source="patient",
        wording="1", actor=LAN, now=after,
    )  # fmt: skip
    commit(session, after)
    assert set(session.scalars(select(BoardRow.is_listed))) == {False}
    assert session.scalars(select(Board.version)).one() > 1
