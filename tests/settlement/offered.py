"""Vouchers, certificates and packages in a patient's hand, and what became of them."""

from typing import Any

from sqlalchemy.orm import Session

from loyalty.checks.queries import check_all
from loyalty.patients.models import Patient, PatientStats
from loyalty.points import operations as points
from loyalty.rewards import operations as rewards
from loyalty.rewards.models import Certificate, Package, Voucher
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, service


def give_points(session: Session, patient: Patient, number: int, key: str = "gift", **more: Any) -> None:
    given = {"kind": "adjust", "valid_to": None, "now": NOON, **more}
    points.credit(session, patient_id=patient.id, points=number, key=key, **given)
    commit(session, NOON)


def ten_percent(session: Session, patient: Patient | None, **more: Any) -> Voucher:
    made = rewards.issue_voucher(
        session, kind="percent", percent_hundredths=1000, patient_id=patient.id if patient else None,
        actor=LAN, now=NOON, **more,
    )  # fmt: skip
    commit(session, NOON)
    return made


def certificate(session: Session, amount: int = 500_000, **more: Any) -> Certificate:
    made = rewards.sell_certificate(session, amount_minor=amount, actor=LAN, now=NOON, **more)
    commit(session, NOON)
    return made


def package(session: Session, patient: Patient, sessions: int = 3, code: str = "cleaning") -> Package:
    made = rewards.open_package(
        session, patient_id=patient.id, service_id=service(session, code).id, sessions=sessions,
        actor=LAN, now=NOON,
    )  # fmt: skip
    commit(session, NOON)
    return made


def standing(session: Session, patient: Patient) -> PatientStats:
    session.expire_all()
    return session.get_one(PatientStats, patient.id)


def left(session: Session, *offers: Voucher | Certificate | Package) -> list[int]:
    """Used vouchers and sessions, the balance of certificates."""
    session.expire_all()
    numbers = []
    for offer in offers:
        if isinstance(offer, Certificate):
            numbers.append(offer.balance_minor - offer.held_minor)
        else:
            numbers.append(offer.used if isinstance(offer, Package) else offer.used_count)
    return numbers


def nothing_is_wrong(session: Session) -> None:
    """Summaries, bills and ledgers agree (``flask check``)."""
    assert [found.code for found in check_all(session) if found.count] == []
