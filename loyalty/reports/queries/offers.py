"""Lists of what was given out: vouchers, certificates and packages with the people they belong to."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from loyalty.clinic.models import Service
from loyalty.kernel.contacts import search_key
from loyalty.kernel.localized import LocalizedText
from loyalty.patients.models import Patient
from loyalty.rewards.models import (
    Certificate,
    Package,
    Reward,
    Voucher,
    VoucherUse,
)

_Buyer = aliased(Patient)


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """A voucher with its holder's name; promo codes have none."""

    voucher: Voucher
    patient_name: str | None


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate with the names of who holds it and who bought it, where they are patients."""

    certificate: Certificate
    holder_name: str | None
    buyer_name: str | None


@dataclass(frozen=True, slots=True)
class PackageRow:
    package: Package
    patient_name: str
    service_name: LocalizedText


@dataclass(frozen=True, slots=True)
class UseRow:
    """A voucher put on a visit, with the patient's name; ``state`` is reserved, used or freed."""

    state: str
    amount_minor: int
    at: datetime
    visit_id: int
    patient_id: int
    patient_name: str


def reward_rows(session: Session, *, active: bool, after: int | None = None, limit: int = 50) -> list[Reward]:
    """The catalogue, or what was retired from it, as patients see it sorted; ``after`` is the last seen."""
    query = select(Reward).where(Reward.active.is_(active))
    if after is not None:
        before = select(Reward.position).where(Reward.id == after).scalar_subquery()
        query = query.where(
            or_(Reward.position > before, (Reward.position == before) & (Reward.id > after)),
        )
    return list(session.scalars(query.order_by(Reward.position, Reward.id).limit(limit)))


def voucher_rows(
    session: Session,
    *,
    promo: bool,
    today: date,
    text: str = "",
    state: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[VoucherRow]:
    """Patients' vouchers or promo codes, the latest first, found by code or by name without diacritics.

    ``state`` is active, used, expired or cancelled; anything else is all of them.
    """
    query = select(Voucher, Patient.name).outerjoin(Patient, Patient.id == Voucher.patient_id)
    query = query.where(Voucher.patient_id.is_(None) if promo else Voucher.patient_id.is_not(None))
    query = query.where(*_voucher_state(state, today), *_matching(text, Voucher.code, Patient.search_name))
    if before is not None:
        query = query.where(Voucher.id < before)
    rows = session.execute(query.order_by(Voucher.id.desc()).limit(limit))
    return [VoucherRow(*row) for row in rows]


def _voucher_state(state: str, today: date) -> list[ColumnElement[bool]]:
    alive = Voucher.state == "active"
    ended = Voucher.valid_to.is_not(None) & (Voucher.valid_to < today)
    used_up = Voucher.total_limit.is_not(None) & (Voucher.used_count >= Voucher.total_limit)
    found: dict[str, list[ColumnElement[bool]]] = {
        "active": [alive, ~ended, ~used_up],
        "used": [alive, used_up],
        "expired": [alive, ended, ~used_up],
        "cancelled": [~alive],
    }
    return found.get(state, [])


def certificate_rows(
    session: Session,
    *,
    today: date,
    text: str = "",
    state: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[CertificateRow]:
    """Certificates, the latest first, found by code, or by a name of holder, buyer or the one it is for.

    ``state`` is active, used, expired or refunded; anything else is all of them.
    """
    query = (
        select(Certificate, Patient.name, _Buyer.name)
        .outerjoin(Patient, Patient.id == Certificate.patient_id)
        .outerjoin(_Buyer, _Buyer.id == Certificate.buyer_id)
        .where(*_certificate_state(state, today))
    )
    names = (Patient.search_name, _Buyer.search_name)
    matching = _matching(text, Certificate.code, *names)
    if matching:
        query = query.where(or_(*matching, Certificate.recipient.icontains(text.strip(), autoescape=True)))
    if before is not None:
        query = query.where(Certificate.id < before)
    rows = session.execute(query.order_by(Certificate.id.desc()).limit(limit))
    return [CertificateRow(*row) for row in rows]


def _certificate_state(state: str, today: date) -> list[ColumnElement[bool]]:
    alive = Certificate.state == "active"
    ended = Certificate.valid_to.is_not(None) & (Certificate.valid_to < today)
    empty = Certificate.balance_minor == 0
    found: dict[str, list[ColumnElement[bool]]] = {
        "active": [alive, ~ended, ~empty],
        "used": [alive, empty],
        "expired": [alive, ended, ~empty],
        "refunded": [~alive],
    }
    return found.get(state, [])


def package_rows(
    session: Session,
    *,
    today: date,
    text: str = "",
    state: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[PackageRow]:
    """Packages, the latest first; ``state`` is active, used, expired or cancelled, else all of them."""
    query = (
        select(Package, Patient.name, Service.name)
        .join(Patient, Patient.id == Package.patient_id)
        .join(Service, Service.id == Package.service_id)
        .where(*_package_state(state, today), *_matching(text, Package.code, Patient.search_name))
    )
    if before is not None:
        query = query.where(Package.id < before)
    rows = session.execute(query.order_by(Package.id.desc()).limit(limit))
    return [PackageRow(*row) for row in rows]


def _package_state(state: str, today: date) -> list[ColumnElement[bool]]:
    alive = Package.state == "active"
    ended = Package.valid_to.is_not(None) & (Package.valid_to < today)
    used_up = Package.used >= Package.sessions
    found: dict[str, list[ColumnElement[bool]]] = {
        "active": [alive, ~ended, ~used_up],
        "used": [alive, used_up],
        "expired": [alive, ended, ~used_up],
        "cancelled": [~alive],
    }
    return found.get(state, [])


def _matching(
    text: str, code: InstrumentedAttribute[str], *names: InstrumentedAttribute[str]
) -> list[ColumnElement[bool]]:
    """The condition of a search: the beginning of a code, or any part of a name; none for an empty text."""
    words = search_key(text)
    signs = "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())
    wanted = [name.contains(words, autoescape=True) for name in names] if words else []
    if signs:
        wanted.append(code.startswith(signs))
    return [or_(*wanted)] if wanted else []


def uses_of_voucher(session: Session, voucher_id: int, *, limit: int = 50) -> list[UseRow]:
    """On which visits a voucher was put, the latest first."""
    rows = session.execute(
        select(
            VoucherUse.state,
            VoucherUse.discount_minor,
            VoucherUse.at,
            VoucherUse.visit_id,
            Patient.id,
            Patient.name,
        )
        .join(Patient, Patient.id == VoucherUse.patient_id)
        .where(VoucherUse.voucher_id == voucher_id)
        .order_by(VoucherUse.id.desc())
        .limit(limit)
    )
    return [UseRow(*row) for row in rows]
