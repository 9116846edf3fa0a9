"""Whose balance and whose ending points are to be spoken of; what a patient's history says."""

from datetime import timedelta

from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from loyalty.points import operations as points
from loyalty.points import queries
from loyalty.points.queries import Ending
from loyalty.visits.operations import refund_visit
from tests.points.books import TODAY, balance, give, restore, spend
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, person


def test_p14_who_may_spend_something_gets_a_notice(session: Session, an: Patient) -> None:
    others = [person(session, name) for name in ("Bình", "Chi", "Dung", "Em")]
    give(session, an, 10, "an")
    give(session, others[1], 20, "chi")
    give(session, others[2], 30, "dung", TODAY - timedelta(days=1))
    give(session, others[3], 40, "em", TODAY)
    points.hold(session, patient_id=an.id, points=10, today=TODAY, actor=LAN, now=NOON)
    found = queries.due_for_balance_notice(session, TODAY, 0, 10)
    assert [tuple(row) for row in found] == [(others[1].id, 20), (others[3].id, 40)]
    first = queries.due_for_balance_notice(session, TODAY, 0, 1)
    rest = queries.due_for_balance_notice(session, TODAY, first[-1].patient_id, 10)
    assert [*first, *rest] == found


def test_p14_what_ends_within_a_fortnight_is_one_row_a_patient_and_day(session: Session, an: Patient) -> None:
    binh, last = person(session, "Bình"), TODAY + timedelta(days=14)
    give(session, an, 10, "1", last)
    give(session, binh, 20, "2", TODAY)
    give(session, an, 30, "3", last)
    give(session, an, 5, "4", TODAY)
    for number, other in enumerate((TODAY - timedelta(days=1), last + timedelta(days=1), None)):
        give(session, an, 99, f"other {number}", other)
    found = queries.due_for_expiry_warning(session, TODAY, 14, 0, 10)
    assert found == [
        Ending(an.id, (1, 3), 40, last),
        Ending(binh.id, (2,), 20, TODAY),
        Ending(an.id, (4,), 5, TODAY),
    ]
    assert queries.due_for_expiry_warning(session, TODAY, 14, 0, 2) == found[:2]
    assert queries.due_for_expiry_warning(session, TODAY, 14, found[1].lot_ids[0], 10) == found[2:]


def test_p14_spent_points_are_not_spoken_of(session: Session, an: Patient) -> None:
    give(session, an, 10, "1", TODAY)
    spend(session, an, 10)
    assert queries.due_for_expiry_warning(session, TODAY, 14, 0, 10) == []
    assert queries.due_for_balance_notice(session, TODAY, 0, 10) == []


def test_p1_the_history_says_what_each_entry_undoes(session: Session, an: Patient) -> None:
    visit = complete(session, an)
    spend(session, an, 30)
    restore(session, an, 10)
    refund_visit(session, visit_id=visit, key="r", amount_minor=500_000, actor=LAN, now=NOON)
    commit(session, NOON)
    lines = queries.ledger_lines(session, an.id)
    earned, spent = lines[3].id, lines[2].id
    assert [(line.kind, line.points, line.reverses) for line in lines] == [
        ("reverse", -50, earned),
        ("restore", 10, spent),
        ("redeem", -30, None),
        ("earn", 100, None),
    ]
    assert [line.visit_completed_on for line in lines] == [TODAY, None, None, TODAY]
    assert queries.ledger_lines(session, an.id, before=spent, limit=5) == lines[3:]
    assert balance(session, an) == 30
