from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points import operations as points
from loyalty.points import queries
from loyalty.points.models import LedgerEntry
from loyalty.visits.operations import refund_visit
from tests.points.books import TODAY, balance, give, lots, spend
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, person


def refund(session: Session, visit_id: int, amount: int, key: str, now=NOON) -> None:
    refund_visit(session, visit_id=visit_id, key=key, amount_minor=amount, actor=LAN, now=now)
    commit(session, now)


def test_p1_the_balance_is_the_sum_of_the_entries(session: Session, an: Patient) -> None:
    complete(session, an, 1_239_999)
    give(session, an, 7, "gift")
    spend(session, an, 100)
    assert balance(session, an) == 123 + 7 - 100


@pytest.mark.parametrize(("paid", "earned"), [(9_999, 0), (10_000, 1), (1_239_999, 123), (0, 0)])
def test_p2_points_are_floored_once_on_the_total(
    session: Session, an: Patient, paid: int, earned: int
) -> None:
    complete(session, an, paid)
    assert balance(session, an) == earned


def test_p2_the_tier_multiplies_on_the_total_and_a_refund_takes_back_at_that_rate(
    session: Session, an: Patient
) -> None:
    from loyalty.clinic.operations import change_setting

    change_setting(session, key="tiers.member.multiplier_percent", text="150", actor=LAN, now=NOON)
    complete(session, an, 10_000)
    first = balance(session, an)
    visit = complete(session, an, 1_239_999)
    doubled = balance(session, an)
    change_setting(session, key="tiers.member.multiplier_percent", text="300", actor=LAN, now=NOON)
    refund(session, visit, 239_999, "r1")
    assert [first, doubled, balance(session, an)] == [1, 1 + 185, 1 + 150]


def test_p3_points_do_not_earn_points(session: Session, an: Patient) -> None:
    give(session, an, 500, "gift")
    complete(session, an, 1_000_000, paid=500_000, points_used=500)
    assert balance(session, an) == 50


def test_p4_a_visit_earns_once_however_often_it_is_sent(session: Session, an: Patient) -> None:
    first = complete(session, an, form_key="one-form")
    again = complete(session, an, form_key="one-form")
    assert (first, balance(session, an)) == (again, 100)


def test_p4_an_unpaid_visit_earns_nothing_yet(session: Session, an: Patient) -> None:
    complete(session, an, 1_000_000, paid=400_000)
    assert balance(session, an) == 0


def test_p5_a_credit_ends_six_calendar_months_after_the_local_day(session: Session, an: Patient) -> None:
    late = NOON.replace(month=8, day=31, hour=16, minute=59)  # 23:59 in Hanoi
    complete(session, an, now=late)
    complete(session, an, now=late + timedelta(minutes=1))
    assert lots(session, an) == [(100, date(2027, 2, 28)), (100, date(2027, 3, 1))]


def test_p6_the_earliest_ending_lot_goes_first_the_endless_last(session: Session, an: Patient) -> None:
    give(session, an, 10, "endless")
    give(session, an, 10, "late", date(2027, 3, 1))
    give(session, an, 10, "soon", date(2026, 12, 1))
    give(session, an, 10, "late too", date(2027, 3, 1))
    spend(session, an, 25)
    assert lots(session, an) == [
        (10, None),
        (0, date(2027, 3, 1)),
        (0, date(2026, 12, 1)),
        (5, date(2027, 3, 1)),
    ]


def test_p7_nobody_spends_more_than_is_there(session: Session, an: Patient) -> None:
    give(session, an, 10, "gift")
    with pytest.raises(Refusal) as refused:
        spend(session, an, 11)
    session.rollback()
    assert (refused.value.code, refused.value.params) == ("not_enough_points", {"available": 10})
    assert balance(session, an) == 10


def test_p7_the_same_redemption_twice_takes_once(session: Session, an: Patient) -> None:
    give(session, an, 10, "gift")
    assert [spend(session, an, 6), spend(session, an, 6)] == [True, False]
    assert balance(session, an) == 4


@pytest.mark.parametrize("amount", [0, -5])
def test_p7_a_debit_is_positive(session: Session, an: Patient, amount: int) -> None:
    with pytest.raises(Refusal, match="points_not_positive"):
        spend(session, an, amount)


def test_tm3_points_hold_through_their_whole_last_day(session: Session, an: Patient) -> None:
    give(session, an, 10, "gift", TODAY)
    assert queries.available(session, an.id, TODAY) == 10
    assert spend(session, an, 4, today=TODAY)


def test_tm4_ended_points_cannot_be_spent_before_the_job_has_run(session: Session, an: Patient) -> None:
    give(session, an, 10, "gift", TODAY - timedelta(days=1))
    assert queries.available(session, an.id, TODAY) == 0
    with pytest.raises(Refusal, match="not_enough_points"):
        spend(session, an, 1)


def test_p9_a_full_refund_takes_back_exactly_what_was_earned(session: Session, an: Patient) -> None:
    visit = complete(session, an, 1_239_999)
    refund(session, visit, 1_239_999, "r1")
    assert balance(session, an) == 0


def test_p9_partial_refunds_never_take_back_more_than_was_earned(session: Session, an: Patient) -> None:
    visit = complete(session, an, 1_005_000)
    seen = []
    for number, amount in enumerate((5_000, 1_000, 500_000, 499_000)):
        refund(session, visit, amount, f"r{number}")
        seen.append(balance(session, an))
    assert seen == [100, 99, 49, 0]


def test_p9_the_rate_is_that_of_the_earning_day(session: Session, an: Patient) -> None:
    from loyalty.clinic.operations import change_setting

    visit = complete(session, an, 1_000_000)
    change_setting(session, key="points.money_per_point", text="100000", actor=LAN, now=NOON)
    refund(session, visit, 500_000, "r1")
    assert balance(session, an) == 50


def test_p9_the_outcome_does_not_depend_on_the_expiry_job(session: Session, an: Patient) -> None:
    binh = person(session, "Trần Bình")
    later = NOON + timedelta(days=300)
    visits = [complete(session, who, 1_000_000) for who in (an, binh)]
    give(session, an, 30, "other")
    refund(session, visits[0], 400_000, "a", later)
    points.expire_lots(session, today=date(2027, 9, 13), now=later)
    commit(session, later)
    give(session, binh, 30, "other too")
    refund(session, visits[1], 400_000, "b", later)
    assert [balance(session, who) for who in (an, binh)] == [30, 30]


def test_p10_spent_points_leave_a_debt_that_the_next_credit_fills(session: Session, an: Patient) -> None:
    visit = complete(session, an, 1_000_000)
    spend(session, an, 80)
    refund(session, visit, 1_000_000, "r1")
    assert (balance(session, an), queries.available(session, an.id, TODAY)) == (-80, -80)
    with pytest.raises(Refusal, match="not_enough_points"):
        spend(session, an, 1, "again")
    session.rollback()
    give(session, an, 50, "first")
    give(session, an, 50, "second")
    assert lots(session, an)[-2:] == [(0, None), (20, None)]
    assert (balance(session, an), queries.available(session, an.id, TODAY)) == (20, 20)


def test_p12_the_same_refund_twice_counts_once(session: Session, an: Patient) -> None:
    visit = complete(session, an, 1_000_000)
    refund(session, visit, 300_000, "r1")
    refund(session, visit, 300_000, "r1")
    assert balance(session, an) == 70


def test_p13_expiry_writes_one_entry_a_lot_and_the_second_run_none(session: Session, an: Patient) -> None:
    give(session, an, 10, "one", TODAY)
    give(session, an, 20, "two", TODAY)
    give(session, an, 40, "later", TODAY + timedelta(days=1))
    tomorrow = TODAY + timedelta(days=1)
    ended = [points.expire_lots(session, today=day, now=NOON) for day in (TODAY, tomorrow, tomorrow)]
    commit(session, NOON)
    assert ended == [0, 2, 0]
    assert balance(session, an) == 40
    entries = session.scalars(
        select(LedgerEntry.points).where(LedgerEntry.kind == "expire").order_by(LedgerEntry.id)
    )
    assert list(entries) == [-10, -20]


def test_next_expiry_adds_the_lots_of_one_day(session: Session, an: Patient) -> None:
    give(session, an, 10, "one", date(2026, 12, 31))
    give(session, an, 20, "two", date(2026, 12, 31))
    give(session, an, 5, "later", date(2027, 1, 31))
    assert queries.next_expiry(session, an.id, TODAY) == (30, date(2026, 12, 31))
