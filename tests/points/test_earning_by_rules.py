"""Earning rules on real visits: what they earn, what refunds take back, what an undone completion leaves."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Service
from loyalty.clinic.queries import programme
from loyalty.kernel.actor import SYSTEM
from loyalty.patients.models import Patient, PatientStats
from loyalty.points import operations as points
from loyalty.points.models import LedgerEntry
from loyalty.settlement.rules import Line
from loyalty.visits.models import Refund, Visit
from loyalty.visits.operations import refund_visit
from tests.points.books import TODAY, balance, entries
from tests.points.rulebook import in_force
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, person, service


def refund(session: Session, visit_id: int, amount: int, key: str) -> None:
    refund_visit(session, visit_id=visit_id, key=key, amount_minor=amount, actor=LAN, now=NOON)
    commit(session, NOON)


def bill(session: Session, visit_id: int, **changed: Any) -> Any:
    """A visit's row as reactions see it, with what a test wants to be otherwise."""
    visit = session.get_one(Visit, visit_id, populate_existing=True)
    tier = session.scalar(select(PatientStats.tier).where(PatientStats.patient_id == visit.patient_id))
    row = {column.key: getattr(visit, column.key) for column in Visit.__table__.columns}
    return SimpleNamespace(**{**row, "tier": tier, **changed})


def earn(session: Session, visit: Any) -> bool:
    given = points.earn_for_visit(session, visit=visit, programme=programme(session), actor=SYSTEM, now=NOON)
    commit(session, NOON)
    return given


def test_p5_the_money_entry_keeps_rules_and_weights(session: Session, an: Patient) -> None:
    rule = in_force(session, "double", percent=200, conditions={"specialties": ["dental"]})
    complete(session, an, 1_239_999)
    entry = session.scalars(select(LedgerEntry)).one()
    assert (entry.points, entry.rule, entry.rule_ids) == (247, "money+DOUBLE:1", [rule.id])
    assert (entry.weight_part, entry.weight_whole) == (200 * 1_239_999, 100 * 1_239_999)


def test_p2_only_lines_of_the_rule_count_double_and_the_floor_comes_once(
    session: Session, an: Patient
) -> None:
    chosen = service(session, "examination")
    in_force(session, "double", percent=200, conditions={"services": [chosen.id]})
    lines = [Line(chosen.id, 15_000), Line(service(session).id, 15_000)]
    complete(session, an, 30_000, lines=lines)
    assert entries(session, an) == [("visit:1:earn", "money+DOUBLE:1", 4)]  # 4.5, not 3 + 1


def test_p2_a_visit_no_rule_fits_earns_plainly(session: Session, an: Patient) -> None:
    in_force(session, "sunday", percent=200, conditions={"weekdays": [6]})
    complete(session, an)
    entry = session.scalars(select(LedgerEntry)).one()
    assert (entry.points, entry.rule, entry.rule_ids, entry.weight_part) == (100, "money", None, None)


def test_p2_rules_look_at_the_clinics_clock(session: Session, an: Patient) -> None:
    """23:59 on Tuesday in Hanoi is afternoon in UTC."""
    in_force(session, "late", percent=200, conditions={"weekdays": [1], "hours": ["23:00", "24:00"]})
    late = NOON.replace(hour=16, minute=59)
    complete(session, an, now=late)
    complete(session, an, now=late + timedelta(minutes=1))
    assert [points for *_, points in entries(session, an)] == [200, 100]


def test_p2_the_first_visit_is_the_first_completed_one(session: Session, an: Patient) -> None:
    in_force(session, "welcome", points=50, conditions={"first_visit": True})
    complete(session, an)
    complete(session, an, now=NOON + timedelta(days=1))
    assert entries(session, an, "bonus") == [("visit:1:bonus:WELCOME", "WELCOME:1", 50)]
    assert balance(session, an) == 250


def test_p2_the_tier_is_that_with_which_she_came(session: Session, an: Patient) -> None:
    in_force(session, "member", points=7, conditions={"tiers": ["member"]})
    complete(session, an)
    complete(session, an, now=NOON + timedelta(days=1))
    assert [key for key, *_ in entries(session, an, "bonus")] == ["visit:2:bonus:MEMBER"]


def test_p2_popular_is_what_stood_most_often_on_bills_of_the_month_before(
    session: Session, an: Patient
) -> None:
    october = NOON - timedelta(days=30)
    often, seldom = service(session, "examination").id, service(session).id
    complete(session, an, 20, october, lines=[Line(often, 10), Line(often, 10)])
    complete(session, an, 20, october, lines=[Line(seldom, 20)])
    for _ in range(3):
        complete(session, an, 20, lines=[Line(seldom, 20)])
    in_force(session, "popular", percent=300, conditions={"popular": True})
    visit = complete(session, an, 2_000_000, lines=[Line(often, 1_000_000), Line(seldom, 1_000_000)])
    assert entries(session, an)[-1] == (f"visit:{visit}:earn", "money+POPULAR:1", 400)


def test_p2_a_rule_multiplies_beside_the_tier(session: Session, an: Patient) -> None:
    from loyalty.clinic.operations import change_setting

    change_setting(session, key="tiers.member.multiplier_percent", text="150", actor=LAN, now=NOON)
    in_force(session, "double", percent=200)
    complete(session, an, 10_000)
    complete(session, an, 1_239_999)
    assert [points for *_, points in entries(session, an)] == [2, 371]


def test_p3_certificates_earn_like_money_points_do_not(session: Session, an: Patient) -> None:
    visit = complete(session, an, 0)
    covered = bill(session, visit, certificate_minor=700_000, points_used=300)
    assert earn(session, covered)
    assert balance(session, an) == 70


def test_p3_without_money_that_earns_there_is_no_bonus(session: Session, an: Patient) -> None:
    in_force(session, "thanks", points=5)
    complete(session, an, 0)
    assert entries(session, an) == []


def test_p4_rules_changed_later_give_nothing_twice(session: Session, an: Patient) -> None:
    visit = complete(session, an)
    in_force(session, "double", percent=200)
    assert not earn(session, bill(session, visit))
    assert balance(session, an) == 100


@pytest.mark.parametrize("parts", [[1_000_000], [1, 999_999], [333_333, 333_333, 333_334]])
def test_p9_refunds_take_back_by_the_weights_of_the_day(
    session: Session, an: Patient, parts: list[int]
) -> None:
    in_force(session, "half-more", percent=150)
    visit = complete(session, an, 1_000_000)
    in_force(session, "half-more", percent=900)
    left = 1_000_000
    for number, part in enumerate(parts):
        refund(session, visit, part, f"r{number}")
        left -= part
        assert balance(session, an) == left * 150 // (100 * 10_000)


def test_p9_a_bonus_goes_with_the_last_money_that_earned(session: Session, an: Patient) -> None:
    in_force(session, "thanks", points=5)
    visit = complete(session, an, 1_000_000)
    refund(session, visit, 999_999, "r1")
    assert balance(session, an) == 5
    refund(session, visit, 1, "r2")
    assert balance(session, an) == 0
    refund(session, visit, 1, "r2")
    assert [points for *_, points in entries(session, an, "reverse")] == [-100, -5]


def test_p9_what_a_certificate_got_back_earns_no_more(session: Session, an: Patient) -> None:
    visit = complete(session, an, 500_000)
    both = {"certificate_minor": 500_000}
    paid = bill(session, visit, **both, completion=2)
    assert earn(session, paid)
    back = bill(session, visit, **both, certificate_returned_minor=250_000, completion=2)
    given = Refund(
        visit_id=visit, external_id="c", amount_minor=0, certificate_minor=250_000, refunded_at=NOON
    )
    session.add(given)
    session.flush()
    points.take_back_for_refund(session, visit=back, refund_id=given.id, today=TODAY, actor=SYSTEM, now=NOON)
    commit(session, NOON)
    assert balance(session, an) == 50 + 100 - 25


def test_p4_a_visit_completed_anew_has_keys_of_its_own(session: Session, an: Patient) -> None:
    in_force(session, "thanks", points=5)
    visit = complete(session, an)
    taken = [
        points.take_back_visit(
            session, visit=bill(session, visit), cause_key="undo:1", today=TODAY, actor=LAN, now=NOON
        )
        for _ in range(2)
    ]
    commit(session, NOON)
    assert (taken, balance(session, an)) == ([105, 0], 0)
    assert earn(session, bill(session, visit, completion=2))
    assert not earn(session, bill(session, visit, completion=2))
    assert [key for key, *_ in entries(session, an, "earn", "bonus")] == [
        "visit:1:earn",
        "visit:1:bonus:THANKS",
        "visit:1:2:earn",
        "visit:1:2:bonus:THANKS",
    ]
    refund(session, visit, 1_000_000, "r1")
    assert balance(session, an) == 0


def test_p9_after_a_part_an_undone_completion_takes_only_the_rest(session: Session, an: Patient) -> None:
    visit = complete(session, an)
    refund(session, visit, 300_000, "r1")
    assert (
        points.take_back_visit(
            session, visit=bill(session, visit), cause_key="undo:1", today=TODAY, actor=LAN, now=NOON
        )
        == 70
    )
    assert balance(session, an) == 0


def test_p2_without_active_rules_a_visit_asks_for_none(session: Session, an: Patient) -> None:
    """The plain way of path 5: neither rules nor bill lines are read."""
    visit = complete(session, an)
    session.rollback()
    row, setup = bill(session, visit, completion=2), programme(session)
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *sent: asked.append(sent[2].split()[0]))
    points.earn_for_visit(session, visit=row, programme=setup, actor=SYSTEM, now=NOON)
    assert asked == ["INSERT", "UPDATE", "INSERT"]
    session.rollback()


def test_p2_specialties_are_those_of_the_catalogue(session: Session, an: Patient) -> None:
    eye = Service(code="eye", name=service(session).name, specialty="eye")
    session.add(eye)
    session.commit()
    in_force(session, "eyes", points=9, conditions={"specialties": ["eye"]})
    complete(session, an)
    complete(session, person(session, "Bình"), 10, lines=[Line(eye.id, 10)])
    assert [entry.visit_id for entry in session.scalars(select(LedgerEntry).filter_by(kind="bonus"))] == [2]
