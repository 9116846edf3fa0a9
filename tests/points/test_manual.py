"""Points by hand: a person, a reason, a second person above the limit."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.actor import Actor
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points import operations as points
from loyalty.points.models import LedgerEntry, ManualEntry
from tests.points.books import HOA, TODAY, balance, entries, give, lots
from tests.support.acting import commit
from tests.support.cast import NOON, person

MINH = Actor("staff", 8)


def adjust(session: Session, patient: Patient, amount: int, **more: Any) -> ManualEntry:
    given = {"reason": "Waited an hour", "key": f"form-{amount}", "actor": HOA, "now": NOON, **more}
    entry = points.adjust_points(session, patient_id=patient.id, points=amount, **given)
    commit(session, NOON)
    return entry


def decide(
    session: Session, entry: ManualEntry, approve: bool, by: Actor = MINH, why: str | None = None
) -> str:
    decided = points.decide_manual_entry(
        session, entry_id=entry.id, approve=approve, refusal=why, actor=by, now=NOON
    )
    commit(session, NOON)
    return decided.state


def test_p15_a_gift_stands_in_ledger_and_log_with_its_actor_and_reason(session: Session, an: Patient) -> None:
    entry = adjust(session, an, 200)
    assert (entry.state, balance(session, an), lots(session, an)) == (
        "posted",
        200,
        [(200, date(2027, 5, 17))],
    )
    written = session.scalars(select(LedgerEntry)).one()
    assert (written.kind, written.key, written.reason) == ("adjust", f"manual:{entry.id}", "Waited an hour")
    assert (written.actor_kind, written.actor_id) == ("staff", 7)
    told = session.scalars(select(AuditEntry).where(AuditEntry.action == "points.adjusted")).one()
    assert (told.actor_id, told.patient_id, told.reason) == (7, an.id, "Waited an hour")


@pytest.mark.parametrize("ends", [None, TODAY, TODAY + timedelta(days=3)])
def test_p5_a_gift_may_have_a_last_day_of_its_own(session: Session, an: Patient, ends: date | None) -> None:
    adjust(session, an, 10, valid_to=ends)
    assert lots(session, an) == [(10, ends)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": " "}, "reason_missing"),
        ({"points": 0}, "points_zero"),
        ({"points": 1_000_001}, "points_too_many"),
        ({"points": -1_000_001}, "points_too_many"),
        ({"points": -51}, "not_enough_points"),
        ({"valid_to": TODAY - timedelta(days=1)}, "last_day_past"),
        ({"rule_id": 99}, "rule_not_active"),
        ({"patient_id": 99}, "patient_unknown"),
    ],
)
def test_p15_what_is_refused_changes_nothing(
    session: Session, an: Patient, change: dict[str, Any], code: str
) -> None:
    give(session, an, 50, "gift")
    given = {"patient_id": an.id, "points": 5, "reason": "x", "key": "k", "actor": HOA, "now": NOON, **change}
    with pytest.raises(Refusal) as refused:
        points.adjust_points(session, **given)
    session.rollback()
    assert (refused.value.code, balance(session, an)) == (code, 50)
    assert session.scalars(select(ManualEntry)).all() == []


def test_p15_a_debit_takes_what_is_there_and_not_more(session: Session, an: Patient) -> None:
    give(session, an, 50, "gift")
    adjust(session, an, -50)
    assert (balance(session, an), lots(session, an)) == (0, [(0, None)])


def test_p15_the_same_form_twice_counts_once_and_another_content_is_refused(
    session: Session, an: Patient
) -> None:
    first, again = adjust(session, an, 5, key="form"), adjust(session, an, 5, key="form")
    assert (first.id, balance(session, an)) == (again.id, 5)
    for patient, amount in ((an, 6), (person(session, "Trần Bình"), 5)):
        with pytest.raises(Refusal, match="key_reused"):
            adjust(session, patient, amount, key="form")
        session.rollback()


def test_p17_a_merged_record_gets_nothing(session: Session, an: Patient) -> None:
    kept = person(session, "Nguyễn An")
    session.execute(update(Patient).where(Patient.id == an.id).values(merged_into_id=kept.id))
    with pytest.raises(Refusal, match="patient_merged"):
        adjust(session, an, 5)


@pytest.mark.parametrize(("amount", "state"), [(500, "posted"), (501, "waiting"), (-501, "waiting")])
def test_p15_above_the_limit_nothing_happens_yet(
    session: Session, an: Patient, amount: int, state: str
) -> None:
    give(session, an, 1000, "gift")
    entry = adjust(session, an, amount)
    assert (entry.state, balance(session, an)) == (state, 1000 + (amount if state == "posted" else 0))


def test_p15_a_second_person_posts_it_once(session: Session, an: Patient) -> None:
    entry = adjust(session, an, 501)
    assert (decide(session, entry, True), balance(session, an)) == ("posted", 501)
    with pytest.raises(Refusal, match="already_decided"):
        decide(session, entry, True)
    assert (entry.decided_by_id, balance(session, an)) == (8, 501)


def test_p15_a_second_person_refuses_with_a_reason(session: Session, an: Patient) -> None:
    entry = adjust(session, an, 501)
    with pytest.raises(Refusal, match="reason_missing"):
        decide(session, entry, False)
    assert decide(session, entry, False, why="Too much") == "refused"
    assert (entry.refusal, balance(session, an), entries(session, an)) == ("Too much", 0, [])


@pytest.mark.parametrize(
    ("by", "code"), [(HOA, "own_decision"), (Actor("api", 8), "no_decider"), (Actor("system"), "no_decider")]
)
def test_p15_nobody_decides_about_her_own(session: Session, an: Patient, by: Actor, code: str) -> None:
    entry = adjust(session, an, 501)
    with pytest.raises(Refusal, match=code):
        decide(session, entry, True, by)


def test_p15_a_debit_spent_meanwhile_is_refused_on_agreement(session: Session, an: Patient) -> None:
    give(session, an, 600, "gift")
    entry = adjust(session, an, -600)
    adjust(session, an, -1)
    with pytest.raises(Refusal, match="not_enough_points"):
        decide(session, entry, True)
    session.rollback()
    assert (balance(session, an), session.get_one(ManualEntry, entry.id).state) == (599, "waiting")


def test_p5_points_by_a_manual_rule_name_its_version(session: Session, an: Patient) -> None:
    rule = points.save_earning_rule(
        session,
        code="review",
        name=LocalizedText.of("A kind review"),
        trigger="manual",
        conditions={},
        percent=None,
        points=30,
        priority=0,
        stacks=True,
        valid_from=None,
        valid_to=None,
        actor=HOA,
        now=NOON,
    )
    points.activate_earning_rule(session, rule_id=rule.id, actor=HOA, now=NOON)
    adjust(session, an, 30, rule_id=rule.id)
    written = session.scalars(select(LedgerEntry)).one()
    assert (written.kind, written.rule, written.rule_ids) == ("bonus", "REVIEW:1", [rule.id])
