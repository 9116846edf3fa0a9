"""A rule is drafted, activated and replaced; every process learns of it, none before its commit."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.clinic.queries import programme
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points import operations as points
from loyalty.points import queries
from tests.points.books import HOA
from tests.points.rulebook import activate, draft, in_force
from tests.support.acting import commit
from tests.support.cast import NOON

pytestmark = pytest.mark.usefixtures("an")


def active(session: Session) -> list[tuple[str, int | None]]:
    found = queries.active_rules(session, programme(session), "visit")
    session.rollback()
    return [(rule.name, rule.percent) for rule in found]


def test_p5_a_draft_earns_nothing_until_it_is_activated(session: Session) -> None:
    rule = draft(session, "double", percent=200)
    assert (rule.code, rule.version, rule.state, active(session)) == ("DOUBLE", 1, "draft", [])
    activate(session, rule)
    assert active(session) == [("DOUBLE:1", 200)]


def test_p5_a_change_of_an_active_rule_is_its_next_version(session: Session) -> None:
    first = in_force(session, "double", percent=200)
    second = draft(session, "double", percent=300)
    again = draft(session, "double", percent=250)
    assert (second.id, again.version, active(session)) == (again.id, 2, [("DOUBLE:1", 200)])
    activate(session, again)
    assert active(session) == [("DOUBLE:2", 250)]
    assert (first.state, first.percent, first.retired_at) == ("retired", 200, NOON)
    assert queries.earning_rules(session) == [again]
    assert queries.earning_rules(session, with_retired=True) == [again, first]


def test_p5_a_retired_rule_comes_back_as_a_new_version(session: Session) -> None:
    rule = in_force(session, "double", percent=200)
    for _ in range(2):
        points.retire_earning_rule(session, rule_id=rule.id, actor=HOA, now=NOON)
        commit(session, NOON)
    assert active(session) == []
    assert draft(session, "double", percent=200).version == 2


def test_p5_only_a_draft_is_activated(session: Session) -> None:
    rule = in_force(session, "double", percent=200)
    for rule_id, code in ((rule.id, "rule_not_draft"), (rule.id + 1, "rule_unknown")):
        with pytest.raises(Refusal, match=code):
            points.activate_earning_rule(session, rule_id=rule_id, actor=HOA, now=NOON)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": LocalizedText()}, "name_missing"),
        ({"conditions": {"services": [99]}}, "rule_condition_bad"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}, "rule_condition_bad"),
        ({"percent": 1001}, "rule_effect_bad"),
    ],
)
def test_p5_a_wrong_rule_is_not_kept(session: Session, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        draft(session, "double", **{"percent": 200, **change})
    assert queries.earning_rules(session) == []


def test_p5_what_is_rolled_back_was_never_in_force(session: Session) -> None:
    rule = draft(session, "double", percent=200)
    points.activate_earning_rule(session, rule_id=rule.id, actor=HOA, now=NOON)
    own = queries.active_rules(session, programme(session), "visit")
    assert [one.percent for one in own] == [200]
    session.rollback()
    in_force(session, "other", percent=150)
    assert active(session) == [("OTHER:1", 150)]


def test_p5_a_visit_does_not_ask_for_rules_it_knows(session: Session) -> None:
    in_force(session, "double", percent=200)
    active(session)
    setup = programme(session)
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *sent: asked.append(sent[2]))
    assert len(queries.active_rules(session, setup, "visit")) == 1
    assert asked == []


def test_p5_another_session_learns_of_a_change(session: Session) -> None:
    in_force(session, "double", percent=200)
    with Session(session.get_bind()) as other:
        assert active(other) == [("DOUBLE:1", 200)]
        in_force(session, "double", percent=300)
        assert active(other) == [("DOUBLE:2", 300)]


def test_a1_every_change_of_a_rule_is_in_the_log(session: Session, an: Patient) -> None:
    in_force(session, "double", percent=200)
    acts = session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "earning_rule"))
    assert [(act.action, act.actor_id, (act.after or {})["percent"]) for act in acts] == [
        ("earning_rule.saved", 7, 200),
        ("earning_rule.activated", 7, 200),
    ]
