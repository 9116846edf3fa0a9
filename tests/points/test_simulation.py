"""A rule tried on the past says what it would have given, and writes nothing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points import queries
from loyalty.points.models import EarningRule, LedgerEntry
from loyalty.points.queries import Example, Simulation, simulation
from tests.points.rulebook import draft, in_force
from tests.support.cast import NOON, complete, person

SINCE, UNTIL = date(2026, 11, 1), date(2026, 12, 1)


def tried(session: Session, rule: EarningRule, since: date = SINCE, until: date = UNTIL) -> Simulation:
    return queries.simulate(session, rule_id=rule.id, programme=programme(session), since=since, until=until)


def test_p2_the_simulator_equals_what_the_rule_gives_once_active(session: Session, an: Patient) -> None:
    in_force(session, "tuesday", percent=150, conditions={"weekdays": [1]})
    for days, amount in enumerate((1_000_000, 15_000, 770_000, 1_239_999)):
        complete(session, an, amount, NOON + timedelta(days=days))
    before = session.scalar(select(func.sum(LedgerEntry.points)))
    told = tried(session, draft(session, "more", percent=250, conditions={"first_visit": True}))
    assert (told.visits, told.matched_visits, told.points_before) == (4, 1, before)
    assert (told.points_after, told.extra_points, told.extra_minor) == (before + 150, 150, 150_000)
    assert told.examples == [Example(1, NOON.date(), 150, 300)]
    in_force(session, "more", percent=250)
    complete(session, person(session, "Bình"), 1_000_000)
    assert session.scalar(select(func.sum(LedgerEntry.points))) == before + 300


def test_p2_it_takes_the_place_of_the_version_in_force(session: Session, an: Patient) -> None:
    active = in_force(session, "double", percent=200)
    complete(session, an)
    told = tried(session, draft(session, "double", percent=300))
    assert (told.points_before, told.points_after) == (200, 300)
    told = tried(session, active)
    assert (told.points_before, told.points_after) == (100, 200)


def test_p2_its_own_days_do_not_matter_when_it_is_tried(session: Session, an: Patient) -> None:
    complete(session, an)
    rule = draft(session, "next-year", points=10, valid_from=date(2027, 1, 1))
    assert tried(session, rule).extra_points == 10


def test_tm1_the_period_is_half_open_by_local_days(session: Session, an: Patient) -> None:
    rule = draft(session, "thanks", points=10)
    midnight = NOON.replace(hour=17)  # the first minute of 18 November in Hanoi
    for moment in (midnight - timedelta(minutes=1), midnight):
        complete(session, an, now=moment)
    day = date(2026, 11, 18)
    visits = [tried(session, rule, *days).visits for days in ((SINCE, day), (day, UNTIL), (SINCE, UNTIL))]
    assert visits == [1, 1, 2]


def test_p4_unpaid_and_unfinished_visits_are_left_out(session: Session, an: Patient) -> None:
    complete(session, an, 1_000_000, paid=1)
    complete(session, an, 0)
    told = tried(session, draft(session, "thanks", points=10))
    assert (told.visits, told.matched_visits, told.points_after, told.examples) == (1, 0, 0, [])


def test_p2_batches_are_seamless(session: Session, an: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "_BATCH", 2)
    for _ in range(5):
        complete(session, an, 10_000)
    told = tried(session, draft(session, "thanks", points=10))
    assert (told.visits, told.points_before, told.points_after) == (5, 5, 55)


def test_p2_rules_that_look_at_no_visit_have_nothing_to_try(session: Session, an: Patient) -> None:
    complete(session, an)
    told = tried(session, draft(session, "birthday", trigger="birthday", points=10))
    assert (told.visits, told.extra_points) == (0, 0)
    with pytest.raises(Refusal, match="rule_unknown"):
        queries.simulate(session, rule_id=99, programme=programme(session), since=SINCE, until=UNTIL)
