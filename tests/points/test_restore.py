"""Undoing a redemption gives the same lots back, with their old last days."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points import operations as points
from loyalty.points import queries
from loyalty.visits.operations import refund_visit
from tests.points.books import TODAY, balance, entries, give, lots, restore, spend
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete

SOON, LATE = TODAY + timedelta(days=10), TODAY + timedelta(days=100)


@pytest.fixture
def spent(session: Session, an: Patient) -> Patient:
    """An has spent 25 of three lots of 10: the one that ends soon, the late one, half of the endless one."""
    give(session, an, 10, "endless")
    give(session, an, 10, "late", LATE)
    give(session, an, 10, "soon", SOON)
    spend(session, an, 25)
    return an


def test_p11_the_same_lots_get_back_what_was_taken(session: Session, spent: Patient) -> None:
    assert restore(session, spent) == 25
    assert lots(session, spent) == [(10, None), (10, LATE), (10, SOON)]
    assert balance(session, spent) == 30


def test_p11_a_part_goes_first_to_what_lasts_longest(session: Session, spent: Patient) -> None:
    assert restore(session, spent, 8, key="first") == 8
    assert lots(session, spent) == [(10, None), (3, LATE), (0, SOON)]
    assert restore(session, spent, key="rest") == 17
    assert lots(session, spent) == [(10, None), (10, LATE), (10, SOON)]


def test_p11_what_has_ended_ends_at_once_by_its_own_entry(session: Session, spent: Patient) -> None:
    later = SOON + timedelta(days=1)
    assert restore(session, spent, today=later) == 25
    assert lots(session, spent) == [(10, None), (10, LATE), (0, SOON)]
    assert [points for *_, points in entries(session, spent, "restore", "expire")] == [25, -10]
    assert (balance(session, spent), queries.available(session, spent.id, later)) == (20, 20)
    assert points.expire_lots(session, today=later, now=NOON) == 0


def test_p11_tm3_on_the_last_day_itself_they_still_hold(session: Session, spent: Patient) -> None:
    restore(session, spent, today=SOON)
    assert lots(session, spent) == [(10, None), (10, LATE), (10, SOON)]


def test_p11_a_repeat_gives_nothing_more(session: Session, spent: Patient) -> None:
    assert [restore(session, spent, 5), restore(session, spent, 5)] == [5, 0]
    assert balance(session, spent) == 10


@pytest.mark.parametrize("done", [0, 20])
def test_p11_never_more_than_was_taken(session: Session, spent: Patient, done: int) -> None:
    if done:
        restore(session, spent, done, key="before")
    with pytest.raises(Refusal) as refused:
        restore(session, spent, 26 - done)
    assert (refused.value.code, refused.value.params) == ("restore_too_much", {"left": 25 - done})
    session.rollback()
    assert balance(session, spent) == 5 + done


def test_p11_nothing_is_undone_of_what_never_was(session: Session, an: Patient) -> None:
    assert restore(session, an, of="no such redemption") == 0
    assert entries(session, an) == []


def test_p10_what_comes_back_fills_a_debt_first(session: Session, an: Patient) -> None:
    visit = complete(session, an, 1_000_000)
    spend(session, an, 80)
    refund_visit(session, visit_id=visit, key="r", amount_minor=1_000_000, actor=LAN, now=NOON)
    commit(session, NOON)
    assert balance(session, an) == -80
    assert restore(session, an, 50, key="part") == 50
    assert balance(session, an) == -30
    restore(session, an, key="rest")
    assert (balance(session, an), queries.available(session, an.id, TODAY)) == (0, 0)


@pytest.mark.parametrize("amount", [80, 100, 120])
@pytest.mark.parametrize("undo_first", [True, False])
def test_p9_p11_the_order_of_undoing_and_refunding_changes_nothing(
    session: Session, an: Patient, undo_first: bool, amount: int
) -> None:
    """Also months later, when the points of that visit have ended."""
    visit = complete(session, an, 1_000_000)
    give(session, an, 40, "other")
    spend(session, an, amount)
    later = NOON + timedelta(days=300)
    day = date(2027, 9, 13)

    def refund() -> None:
        refund_visit(session, visit_id=visit, key="r", amount_minor=1_000_000, actor=LAN, now=later)
        commit(session, later)

    if undo_first:
        restore(session, an, today=day, now=later)
        refund()
    else:
        refund()
        restore(session, an, today=day, now=later)
    assert balance(session, an) == 40


def test_p13_a_lot_whose_end_is_recorded_ends_once(session: Session, spent: Patient) -> None:
    """The job was run for a day ahead: what comes back later ends at once, and the next run finds nothing."""
    ahead = NOON + timedelta(days=11)
    assert points.expire_lots(session, today=LATE, now=ahead) == 0
    give(session, spent, 10, "half", SOON)
    spend(session, spent, 5, "few")
    assert points.expire_lots(session, today=LATE, now=ahead) == 1
    commit(session, ahead)
    assert restore(session, spent, of="few", key="undo few") == 5
    assert balance(session, spent) == 5
    assert points.expire_lots(session, today=LATE, now=ahead) == 0
    assert lots(session, spent) == [(5, None), (0, LATE), (0, SOON), (0, SOON)]


def test_p11_a_restored_lot_may_be_spent_and_restored_again(session: Session, spent: Patient) -> None:
    restore(session, spent)
    spend(session, spent, 30, "again")
    assert restore(session, spent, of="again", key="undo again") == 30
    assert lots(session, spent) == [(10, None), (10, LATE), (10, SOON)]
