"""What the tests of rewards let happen, and what they look at."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Staff
from loyalty.kernel.actor import Actor
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points import operations as points
from loyalty.points.queries import available
from loyalty.rewards import operations as rewards
from loyalty.rewards.models import CertificateEntry, Redemption, Reward
from loyalty.visits.operations import book_visit
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, service

TODAY = date(2026, 11, 17)


def give(session: Session, patient: Patient, amount: int, valid_to: date | None = None) -> None:
    """Points out of nowhere, in a lot of their own."""
    number = session.scalar(select(func.count()).select_from(CertificateEntry)) or 0
    key = f"gift {patient.id} {amount} {valid_to} {number}"
    points.credit(
        session, patient_id=patient.id, points=amount, kind="adjust", key=key, valid_to=valid_to, now=NOON
    )
    commit(session, NOON)


def offer(session: Session, code: str = "kit", **fields: Any) -> Reward:
    """A catalogue item; a gift of 100 points unless said otherwise."""
    whole: dict[str, Any] = {"name": LocalizedText.of("Home care kit"), "kind": "gift", "points": 100}
    reward = rewards.save_reward(session, code=code, actor=LAN, now=NOON, **{**whole, **fields})
    commit(session, NOON)
    return reward


def voucher_reward(session: Session, **fields: Any) -> Reward:
    """A voucher of 50,000 for 100 points."""
    details = {"amount_minor": 50_000, "valid_days": 60}
    return offer(session, **{"code": "voucher-50", "kind": "amount", "details": details, **fields})


def redeem(
    session: Session, patient: Patient, reward: Reward, now: datetime = NOON, **more: Any
) -> Redemption:
    taken = rewards.redeem_reward(
        session, patient_id=patient.id, reward_id=reward.id, actor=herself(patient), now=now, **more
    )
    commit(session, now)
    return taken


def take(session: Session, patient: Patient, **fields: Any) -> Redemption:
    """A gift taken by a patient with points enough."""
    give(session, patient, 500)
    return redeem(session, patient, offer(session, stock=3, **fields))


def act(session: Session, operation: Callable[..., Any], now: datetime = NOON, **given: Any) -> Any:
    """One operation by the desk, or whoever is named, and its commit."""
    given.setdefault("actor", LAN)
    done = operation(session, now=now, **given)
    commit(session, now)
    return done


def refused(session: Session, operation: Callable[..., Any], now: datetime = NOON, **given: Any) -> str:
    """The code with which an operation refuses; nothing of it stays."""
    with pytest.raises(Refusal) as refusal:
        act(session, operation, now, **given)
    session.rollback()
    return refusal.value.code


def herself(patient: Patient) -> Actor:
    return Actor("patient", patient.id)


def clerk(session: Session, name: str = "Lan", phone: str | None = None, email: str | None = None) -> Actor:
    """Somebody of the staff with a record, as the admin knows her."""
    staff = Staff(
        email=email or f"{name.lower()}@example.vn", name=name, role="reception", phone=phone, created_at=NOON
    )
    session.add(staff)
    session.commit()
    return Actor("staff", staff.id)


def balance(session: Session, patient: Patient, today: date = TODAY) -> int:
    session.expire_all()
    return available(session, patient.id, today)


def stock(session: Session, reward: Reward) -> int | None:
    session.expire_all()
    return session.get_one(Reward, reward.id).stock


def a_visit(session: Session, patient: Patient, now: datetime = NOON) -> int:
    """A booked visit to put something on; its id."""
    visit = book_visit(session, patient_id=patient.id, scheduled_at=now, actor=LAN, now=now)
    visit_id: int = visit.id
    commit(session, now)
    return visit_id


def cleaning(session: Session) -> int:
    return service(session).id
