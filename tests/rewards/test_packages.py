"""Packages: a session a visit, never below zero (V6)."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.rewards import operations as rewards
from loyalty.rewards import queries
from loyalty.rewards.models import Package
from tests.rewards.scenes import TODAY, a_visit, act, cleaning, refused
from tests.support.cast import NOON


def open_one(session: Session, patient: Patient, sessions: int = 2, **more: Any) -> Package:
    given = {"patient_id": patient.id, "service_id": cleaning(session), "sessions": sessions, **more}
    package: Package = act(session, rewards.open_package, **given)
    return package


def put(session: Session, package: Package, visit_id: int, how: Any = rewards.use_session) -> bool:
    done: bool = how(session, package_id=package.id, visit_id=visit_id, covered_minor=600, now=NOON)
    session.commit()
    return done


def give_back(session: Session, package: Package, visit_id: int) -> bool:
    done = rewards.return_session(session, package_id=package.id, visit_id=visit_id, now=NOON)
    session.commit()
    return done


def used(session: Session, package: Package) -> int:
    session.refresh(package)
    return package.used


def on_bill(
    session: Session, patient: Patient, code: str, today: date = TODAY, visit: int | None = None
) -> str:
    """What a bill makes of a code: the number of sessions left, or why not."""
    session.expire_all()
    try:
        (found,) = queries.packages_for_bill(
            session, codes=[code], patient_id=patient.id, visit_id=visit, today=today
        )
    except Refusal as refusal:
        return refusal.code
    return str(found.sessions_left)


def test_v6_a_session_is_used_once_a_visit_and_returned_once(session: Session, an: Patient) -> None:
    package, visit = open_one(session, an), a_visit(session, an)
    assert put(session, package, visit)
    assert not put(session, package, visit)
    assert used(session, package) == 1
    assert give_back(session, package, visit)
    assert not give_back(session, package, visit)
    assert used(session, package) == 0
    assert put(session, package, visit)
    assert used(session, package) == 1


def test_v6_there_are_never_more_sessions_than_paid_for(session: Session, an: Patient) -> None:
    package = open_one(session, an)
    for _ in range(2):
        put(session, package, a_visit(session, an))
    with pytest.raises(Refusal, match="package_used_up"):
        put(session, package, a_visit(session, an))
    session.rollback()
    assert used(session, package) == 2
    assert on_bill(session, an, package.code) == "package_used_up"


def test_v6_a_reserved_session_becomes_used_with_its_visit(session: Session, an: Patient) -> None:
    package, visit = open_one(session, an, sessions=1), a_visit(session, an)
    assert put(session, package, visit, rewards.reserve_session)
    assert on_bill(session, an, package.code) == "package_used_up"
    assert on_bill(session, an, package.code, visit=visit) == "0"
    assert put(session, package, visit)
    assert not put(session, package, visit, rewards.reserve_session)
    assert used(session, package) == 1
    (one,) = queries.package_uses(session, package.id)
    assert (one.state, one.covered_minor) == ("used", 600)


def test_v5_anothers_package_is_answered_like_one_nobody_has(
    session: Session, an: Patient, chi: Patient
) -> None:
    package = open_one(session, an)
    assert on_bill(session, chi, package.code) == on_bill(session, chi, "QQQQ") == "package_unknown"


def test_tm3_valid_through_the_whole_last_day(session: Session, an: Patient) -> None:
    package = open_one(session, an, valid_to=TODAY)
    assert on_bill(session, an, package.code, TODAY) == "2"
    tomorrow = TODAY + timedelta(days=1)
    assert on_bill(session, an, package.code, tomorrow) == "package_expired"
    given = {"package_id": package.id, "visit_id": a_visit(session, an), "covered_minor": 1}
    with pytest.raises(Refusal, match="package_expired"):
        rewards.use_session(session, now=NOON + timedelta(days=1), **given)


def test_a_cancelled_package_gives_no_more(session: Session, an: Patient) -> None:
    package = open_one(session, an)
    assert act(session, rewards.cancel_package, package_id=package.id)
    assert not act(session, rewards.cancel_package, package_id=package.id)
    assert on_bill(session, an, package.code) == "package_cancelled"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"sessions": 0}, "sessions_impossible"),
        ({"sessions": 101}, "sessions_impossible"),
        ({"patient_id": 999}, "patient_unknown"),
        ({"service_id": 999}, "service_unknown"),
        ({"valid_to": date(2026, 11, 16)}, "validity_reversed"),
        ({"sessions": 3, "external_id": "p-1"}, "key_reused"),
    ],
)
def test_absurd_packages_are_refused(session: Session, an: Patient, given: dict[str, Any], code: str) -> None:
    first = open_one(session, an, external_id="p-1")
    assert open_one(session, an, external_id="p-1").id == first.id
    whole = {"patient_id": an.id, "service_id": cleaning(session), "sessions": 2, **given}
    assert refused(session, rewards.open_package, **whole) == code
