"""Rewards in the catalogue and what patients hold, as the tests of the portal need them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.localized import LocalizedText
from loyalty.patients.models import Patient
from loyalty.rewards.models import Certificate, Package, Redemption, Reward, Voucher
from loyalty.rewards.operations import (
    issue_voucher,
    open_package,
    redeem_reward,
    save_reward,
    sell_certificate,
)
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, service

POINT = 10_000
YESTERDAY = NOON - timedelta(days=1)


def earn(session: Session, patient: Patient, points: int, now: datetime = NOON) -> int:
    """A visit that brings so many points; its id."""
    return complete(session, patient, points * POINT, now)


def offer(session: Session, name: str = "Home care kit", points: int = 150, **more: Any) -> Reward:
    """A reward of the catalogue: a gift without end unless said otherwise."""
    more.setdefault("kind", "gift")
    more.setdefault("code", name.lower().replace(" ", "-"))
    text = more.pop("text", None) or LocalizedText.of(name)
    reward = save_reward(session, name=text, points=points, actor=LAN, now=YESTERDAY, **more)
    commit(session)
    return reward


def take(session: Session, patient: Patient, reward: Reward, now: datetime = NOON) -> Redemption:
    """The patient redeems it on her phone."""
    taken = redeem_reward(
        session, patient_id=patient.id, reward_id=reward.id, actor=Actor("patient", patient.id), now=now
    )
    commit(session, now)
    return taken


def voucher_for(session: Session, patient: Patient, **more: Any) -> Voucher:
    """Ten percent off, unless said otherwise."""
    if "kind" not in more:
        more |= {"kind": "percent", "percent_hundredths": 1000}
    found = issue_voucher(session, patient_id=patient.id, actor=LAN, now=NOON, **more)
    commit(session)
    return found


def certificate_for(
    session: Session, patient: Patient, amount_minor: int = 500_000, **more: Any
) -> Certificate:
    found = sell_certificate(
        session, amount_minor=amount_minor, patient_id=patient.id, actor=LAN, now=NOON, **more
    )
    commit(session)
    return found


def package_for(session: Session, patient: Patient, sessions: int = 3, **more: Any) -> Package:
    found = open_package(
        session,
        patient_id=patient.id,
        service_id=service(session).id,
        sessions=sessions,
        actor=LAN,
        now=NOON,
        **more,
    )
    commit(session)
    return found
