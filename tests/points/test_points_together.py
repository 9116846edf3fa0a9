"""Many hands on undoing, setting aside and deciding: what fits happens once, the rest is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.database import make_engine
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient, PatientStats
from loyalty.points import operations as points
from loyalty.points import queries
from tests.points.books import HOA, TODAY, balance, entries, give, lots, spend
from tests.points.rulebook import draft
from tests.support.acting import commit
from tests.support.cast import LAN, NOON

HANDS = 12


def together(url: str, act: Callable[[Session, int], Any]) -> list[Any]:
    """What each of many hands got at once: the answer, or the code of its refusal."""
    engine = make_engine(url, pool_size=HANDS)

    def one(number: int) -> Any:
        with Session(engine) as own:
            try:
                done = act(own, number)
                commit(own, NOON)
            except Refusal as refusal:
                own.rollback()
                return refusal.code
            return done

    with ThreadPoolExecutor(HANDS) as pool:
        found = list(pool.map(one, range(HANDS)))
    engine.dispose()
    return found


def restore(own: Session, patient_id: int, key: str, amount: int) -> int:
    return points.restore_redemption(
        own,
        patient_id=patient_id,
        redeem_key="spend",
        key=key,
        points=amount,
        today=TODAY,
        actor=LAN,
        now=NOON,
    )


def test_p11_many_undo_one_redemption(session: Session, an: Patient, database_url: str) -> None:
    give(session, an, 30, "one")
    give(session, an, 30, "two")
    spend(session, an, 50)
    patient_id = an.id
    session.commit()
    found = together(database_url, lambda own, number: restore(own, patient_id, f"undo {number}", 10))
    assert (found.count(10), found.count("restore_too_much")) == (5, HANDS - 5)
    assert (balance(session, an), lots(session, an)) == (60, [(30, None), (30, None)])


def test_p11_one_undoing_sent_often_counts_once(session: Session, an: Patient, database_url: str) -> None:
    give(session, an, 50, "one")
    spend(session, an, 50)
    patient_id = an.id
    session.commit()
    found = together(database_url, lambda own, _number: restore(own, patient_id, "undo", 20))
    assert (found.count(20), found.count(0), balance(session, an)) == (1, HANDS - 1, 20)


def test_p7_many_set_points_aside(session: Session, an: Patient, database_url: str) -> None:
    give(session, an, 50, "one")
    patient_id = an.id
    session.commit()

    def hold(own: Session, _number: int) -> None:
        points.hold(own, patient_id=patient_id, points=20, today=TODAY, actor=LAN, now=NOON)

    found = together(database_url, hold)
    assert (found.count(None), found.count("not_enough_points")) == (2, HANDS - 2)
    session.expire_all()
    assert session.get_one(PatientStats, patient_id).points_held == 40


def test_p15_many_decide_about_one_entry(session: Session, an: Patient, database_url: str) -> None:
    entry = points.adjust_points(
        session, patient_id=an.id, points=600, reason="x", key="k", actor=HOA, now=NOON
    )
    entry_id = entry.id
    session.commit()

    def agree(own: Session, number: int) -> str:
        return points.decide_manual_entry(
            own, entry_id=entry_id, approve=True, refusal=None, actor=Actor("staff", 100 + number), now=NOON
        ).state

    found = together(database_url, agree)
    assert (found.count("posted"), found.count("already_decided")) == (1, HANDS - 1)
    assert (balance(session, an), len(entries(session, an))) == (600, 1)


def test_p15_one_form_sent_often_is_one_entry(session: Session, an: Patient, database_url: str) -> None:
    patient_id = an.id
    session.commit()

    def adjust(own: Session, _number: int) -> int:
        return points.adjust_points(
            own, patient_id=patient_id, points=20, reason="x", key="k", actor=HOA, now=NOON
        ).id

    assert len(set(together(database_url, adjust))) == 1
    assert balance(session, an) == 20


def test_p16_many_give_one_birthday_bonus(session: Session, an: Patient, database_url: str) -> None:
    from loyalty.clinic.operations import change_setting

    change_setting(session, key="points.birthday_bonus", text="50", actor=LAN, now=NOON)
    patient_id = an.id
    commit(session, NOON)
    found = together(
        database_url,
        lambda own, _number: points.give_birthday_bonus(own, patient_id=patient_id, year=2026, now=NOON),
    )
    assert (found.count(True), balance(session, an)) == (1, 50)


def test_p13_many_jobs_end_each_lot_once(session: Session, an: Patient, database_url: str) -> None:
    for number in range(20):
        give(session, an, 1, f"gift {number}", TODAY)
    tomorrow = TODAY.replace(day=TODAY.day + 1)
    session.commit()
    found = together(
        database_url, lambda own, _number: points.expire_lots(own, today=tomorrow, now=NOON, limit=7)
    )
    while done := points.expire_lots(session, today=tomorrow, now=NOON, limit=7):
        found.append(done)
    commit(session, NOON)
    assert (sum(found), balance(session, an), len(entries(session, an, "expire"))) == (20, 0, 20)


def test_p5_one_draft_is_activated_once(session: Session, an: Patient, database_url: str) -> None:
    rule_id, patient_id = draft(session, "double", percent=200).id, an.id
    session.commit()
    found = together(
        database_url,
        lambda own, _number: points.activate_earning_rule(own, rule_id=rule_id, actor=HOA, now=NOON).state,
    )
    assert (found.count("active"), found.count("rule_not_draft")) == (1, HANDS - 1)
    assert queries.available(session, patient_id, TODAY) == 0
