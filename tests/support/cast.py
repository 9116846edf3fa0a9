"""The small cast everybody knows: An shares her link, Bình is her friend, Chi is a stranger."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from loyalty.clinic.models import Service
from loyalty.clinic.operations import set_up_clinic
from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.localized import LocalizedText
from loyalty.patients.models import Patient
from loyalty.patients.operations import create_patient
from loyalty.referrals.models import Referral
from loyalty.referrals.operations import attribute
from loyalty.settlement.operations import register_visit
from loyalty.settlement.rules import Line, Paid
from tests.support.acting import commit

NOON = datetime(2026, 11, 17, 5, 0, tzinfo=UTC)  # Tuesday 12:00 in Hanoi
LAN = Actor("staff", None)
REGION = "VN"
_numbers = count(1)


def open_clinic(
    session: Session, *, timezone: str = "Asia/Ho_Chi_Minh", currency: str = "VND", country: str = "VN"
) -> None:
    """The clinic with its preset and three services: registration, examination and cleaning."""
    set_up_clinic(
        session,
        name=LocalizedText.of("An Nhiên"),
        country=country,
        timezone=timezone,
        currency=currency,
        language="vi",
        actor=SYSTEM,
        now=NOON - timedelta(days=1000),
    )
    for code, kind in (
        ("registration", "registration"),
        ("examination", "examination"),
        ("cleaning", "treatment"),
    ):
        session.add(Service(code=code, name=LocalizedText.of(code), kind=kind, specialty="dental"))
    commit(session)


def service(session: Session, code: str = "cleaning") -> Service:
    return session.query(Service).filter_by(code=code).one()


def person(session: Session, name: str, now: datetime = NOON, **more: Any) -> Patient:
    """A patient of that name with a phone of her own."""
    more.setdefault("phone", f"+8490{next(_numbers):07d}")
    patient = create_patient(session, name=name, region=REGION, actor=LAN, now=now, **more)
    commit(session, now)
    return patient


def introduce(
    session: Session, referrer: Patient, friend: Patient, now: datetime = NOON, origin: str = "desk"
) -> Referral:
    """The friend names the referrer at the desk."""
    referral = attribute(
        session, friend_id=friend.id, referrer_id=referrer.id, origin=origin, actor=LAN, now=now
    )
    commit(session, now)
    return referral


def complete(
    session: Session,
    patient: Patient,
    amount: int = 1_000_000,
    now: datetime = NOON,
    *,
    paid: int | None = None,
    lines: Sequence[Line] | None = None,
    **more: Any,
) -> int:
    """A visit of one service, paid in full unless said otherwise; its id."""
    chosen = lines or [Line(service(session).id, amount)]
    pay = amount if paid is None else paid
    payments = [Paid(f"pay-{next(_numbers)}", pay, now)] if pay else []
    visit_id = register_visit(
        session, patient_id=patient.id, lines=chosen, payments=payments, actor=LAN, now=now, **more
    )
    commit(session, now)
    return visit_id
