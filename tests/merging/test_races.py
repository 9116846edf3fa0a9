"""While two records are made one, nobody acts on the one that closes, and two merges are one (P17)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.actor import Actor
from loyalty.kernel.database import make_engine
from loyalty.kernel.refusal import Refusal
from loyalty.merging.operations import merge_patients
from loyalty.patients.models import Patient
from loyalty.points.models import LedgerEntry, ManualEntry
from loyalty.points.operations import adjust_points, book, decide_manual_entry, redeem
from loyalty.rewards import operations as rewards
from loyalty.rewards.models import Certificate, Package, Voucher
from loyalty.settlement.operations import register_visit
from loyalty.settlement.rules import Line, Paid
from loyalty.visits.models import Visit
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, service

#: Long enough for another to have come as far as the lock.
A_MOMENT = 0.4
Act = Callable[[Session], object]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = make_engine(database_url, pool_size=10)
    yield opened
    opened.dispose()


def during_the_merge(engine: Engine, merged_id: int, kept_id: int, act: Act) -> str:
    """What becomes of an act that begins while the merge is written and not committed yet."""
    written = Event()

    def merges() -> None:
        with Session(engine) as own:
            merge_patients(own, from_id=merged_id, into_id=kept_id, actor=LAN, now=NOON)
            written.set()
            sleep(A_MOMENT)
            commit(own, NOON)

    def acts() -> str:
        written.wait()
        with Session(engine) as own:
            try:
                act(own)
                commit(own, NOON)
            except Refusal as refusal:
                return refusal.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        merging, acting = pool.submit(merges), pool.submit(acts)
        merging.result()
        return acting.result()


def test_p17_a_visit_that_came_too_late_is_refused(
    session: Session, engine: Engine, kept: Patient, merged: Patient
) -> None:
    line, ids = Line(service(session).id, 1_000_000), (merged.id, kept.id)
    session.rollback()
    outcome = during_the_merge(
        engine,
        *ids,
        lambda own: register_visit(
            own, patient_id=ids[0], lines=[line], payments=[Paid("p", 1_000_000, NOON)], actor=LAN, now=NOON
        ),
    )
    assert outcome == "patient_merged"
    assert session.scalars(select(Visit.id)).all() == []


def test_p17_points_are_spent_before_or_not_at_all(
    session: Session, engine: Engine, kept: Patient, merged: Patient
) -> None:
    complete(session, merged)
    ids = (merged.id, kept.id)
    session.rollback()
    outcome = during_the_merge(
        engine,
        *ids,
        lambda own: redeem(
            own, patient_id=ids[0], points=50, key="x", today=NOON.date(), actor=LAN, now=NOON
        ),
    )
    assert outcome == "not_enough_points"
    assert session.scalars(select(LedgerEntry.points)).all() == [100]


def test_p17_no_points_are_given_to_a_closed_record(
    session: Session, engine: Engine, kept: Patient, merged: Patient
) -> None:
    ids = (merged.id, kept.id)
    session.rollback()
    outcome = during_the_merge(
        engine,
        *ids,
        lambda own: adjust_points(
            own, patient_id=ids[0], points=50, reason="Sorry", key="x", actor=LAN, now=NOON
        ),
    )
    assert outcome == "patient_merged"


def _voucher(own: Session, holder: int, *_: int) -> object:
    return rewards.issue_voucher(
        own, kind="amount", amount_minor=50_000, patient_id=holder, actor=LAN, now=NOON
    )


def _certificate(own: Session, holder: int, *_: int) -> object:
    return rewards.sell_certificate(own, amount_minor=50_000, patient_id=holder, actor=LAN, now=NOON)


def _package(own: Session, holder: int, treatment: int, *_: int) -> object:
    return rewards.open_package(own, patient_id=holder, service_id=treatment, sessions=3, actor=LAN, now=NOON)


def _present(own: Session, holder: int, _treatment: int, card: int) -> object:
    return rewards.give_certificate(own, certificate_id=card, to_patient_id=holder, actor=LAN, now=NOON)


@pytest.mark.parametrize("act", [_voucher, _certificate, _package, _present])
def test_p17_nothing_new_is_put_into_the_wallet_of_a_closed_record(
    session: Session, engine: Engine, kept: Patient, merged: Patient, act: Callable[..., object]
) -> None:
    card = rewards.sell_certificate(session, amount_minor=200_000, actor=LAN, now=NOON)
    ids, others = (merged.id, kept.id), (service(session).id, card.id)
    commit(session, NOON)
    outcome = during_the_merge(engine, *ids, lambda own: act(own, ids[0], *others))
    for model in (Voucher, Certificate, Package):
        assert session.scalars(select(model.id).where(model.patient_id == ids[0])).all() == []
    assert outcome == "patient_merged"


def test_p15_an_entry_that_moves_while_two_decide_is_decided_once(
    session: Session, engine: Engine, kept: Patient, merged: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One has read whose it is and waits; meanwhile it is merged, and another person approves it."""
    entry_id = adjust_points(
        session, patient_id=merged.id, points=900, reason="Sorry", key="x", actor=LAN, now=NOON
    ).id
    ids = (merged.id, kept.id)
    commit(session, NOON)
    merge_patients(session, from_id=ids[0], into_id=ids[1], actor=LAN, now=NOON)
    commit(session, NOON)
    approved, lock = Event(), book.lock

    def late(own: Session, patient_id: int) -> object:
        if own.info.get("late"):
            approved.wait()
        # The first of them still holds the record that is closed now.
        return lock(own, ids[0] if own.info.pop("late", False) else patient_id)

    def decides(approve: bool, who: int) -> str:
        with Session(engine) as own:
            own.info["late"] = not approve
            told = None if approve else "No"
            try:
                decide_manual_entry(
                    own, entry_id=entry_id, approve=approve, refusal=told, actor=Actor("staff", who), now=NOON
                )
                approved.set()
                sleep(A_MOMENT if approve else 0)
                commit(own, NOON)
            except Refusal as refusal:
                return refusal.code
        return "done"

    monkeypatch.setattr(book, "lock", late)
    if engine.dialect.name == "sqlite":
        # Its one writer lets nobody wait in the middle.
        assert [decides(True, 9), decides(False, 8)] == ["done", "already_decided"]
        return
    with ThreadPoolExecutor(2) as pool:
        refusing, approving = pool.submit(decides, False, 8), pool.submit(decides, True, 9)
        assert (refusing.result(), approving.result()) == ("already_decided", "done")
    assert session.scalars(select(ManualEntry.state)).all() == ["posted"]


def test_p17_two_merges_at_once_are_one(
    session: Session, engine: Engine, kept: Patient, merged: Patient
) -> None:
    complete(session, merged)
    ids = (merged.id, kept.id)
    session.rollback()
    outcome = during_the_merge(
        engine,
        *ids,
        lambda own: merge_patients(own, from_id=ids[0], into_id=ids[1], actor=LAN, now=NOON),
    )
    assert outcome == "done"
    merges = select(AuditEntry.patient_id).where(AuditEntry.action == "patient.merged")
    assert session.scalars(merges.order_by(AuditEntry.id)).all() == [ids[1], ids[0]]


def test_p17_merged_into_each_other_at_once_one_stays(
    session: Session, engine: Engine, kept: Patient, merged: Patient
) -> None:
    ids = (merged.id, kept.id)
    session.rollback()
    outcome = during_the_merge(
        engine,
        *ids,
        lambda own: merge_patients(own, from_id=ids[1], into_id=ids[0], actor=LAN, now=NOON),
    )
    assert outcome == "merge_merged"
