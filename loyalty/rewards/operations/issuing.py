"""What issuing a voucher, a certificate and a package have in common."""

from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Service
from loyalty.clinic.queries import programme
from loyalty.kernel.refusal import Refusal
from loyalty.kernel.turns import take_turn
from loyalty.patients.models import Patient
from loyalty.rewards.models import Certificate, Package, Redemption, Voucher
from loyalty.rewards.queries.codes import find_code
from loyalty.rewards.rules import codes

Issued = TypeVar("Issued", Voucher, Certificate, Package, Redemption)


def fresh_code(session: Session) -> str:
    """A drawn code that nothing else has."""
    code = codes.drawn()
    while find_code(session, code) is not None:
        code = codes.drawn()
    return code


def issued_before(
    session: Session, model: type[Issued], external_id: str | None, same: dict[str, Any]
) -> Issued | None:
    """What was issued under the caller's id before; refuses ``key_reused`` when it was something else.

    The turn is kept until the transaction ends: of two calls at once the second finds the first one's row.
    """
    if external_id is None:
        return None
    take_turn(session, f"{model.__tablename__}:{external_id}")
    first = session.scalar(select(model).where(model.external_id == external_id))
    if first is not None and any(getattr(first, name) != value for name, value in same.items()):
        raise Refusal("key_reused")
    return first


def check_holder(session: Session, patient_id: int | None) -> None:
    """Refuse a holder nobody knows, or whose record was joined with another one.

    Her record is kept until the transaction ends: a merge under way is waited for, none begins meanwhile.
    """
    if patient_id is None:
        return
    record = select(Patient.merged_into_id).where(Patient.id == patient_id)
    row = session.execute(record.with_for_update(read=True, key_share=True)).one_or_none()
    if row is None:
        raise Refusal("patient_unknown")
    if row.merged_into_id is not None:
        raise Refusal("patient_merged")


def check_services(session: Session, service_ids: list[int]) -> None:
    """Refuse services the clinic does not have."""
    known = set(session.scalars(select(Service.id).where(Service.id.in_(service_ids))))
    if known != set(service_ids):
        raise Refusal("service_unknown")


def local_day(session: Session, now: datetime) -> date:
    """The clinic's day."""
    return programme(session).calendar.day_of(now)
