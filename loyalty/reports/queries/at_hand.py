"""What a patient has at hand when her bill is made: her vouchers, certificates and packages."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Service
from loyalty.kernel.localized import LocalizedText
from loyalty.rewards.models import Certificate, Package, PackageUse, Voucher, VoucherUse

MOST = 20


@dataclass(frozen=True, slots=True)
class VoucherAtHand:
    code: str
    name: LocalizedText
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class CertificateAtHand:
    """``left_minor`` is what is not set aside for visits to come."""

    code: str
    left_minor: int
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class PackageAtHand:
    code: str
    service: LocalizedText
    sessions: int
    left: int
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class AtHand:
    """All that could be put on a bill of hers, what ends first first."""

    vouchers: list[VoucherAtHand]
    certificates: list[CertificateAtHand]
    packages: list[PackageAtHand]


def at_hand(session: Session, patient_id: int, today: date, *, visit_id: int | None = None) -> AtHand:
    """What may be used on a local day; what the visit ``visit_id`` has reserved for itself is among it."""
    return AtHand(
        _vouchers(session, patient_id, today, visit_id),
        _certificates(session, patient_id, today),
        _packages(session, patient_id, today, visit_id),
    )


def _vouchers(session: Session, patient_id: int, today: date, visit_id: int | None) -> list[VoucherAtHand]:
    kept = exists().where(
        VoucherUse.voucher_id == Voucher.id, VoucherUse.visit_id == visit_id, VoucherUse.state == "reserved"
    )
    rows = session.execute(
        select(Voucher.code, Voucher.name, Voucher.valid_to)
        .where(
            Voucher.patient_id == patient_id,
            Voucher.state == "active",
            or_(Voucher.total_limit.is_(None), Voucher.used_count < Voucher.total_limit, kept),
            or_(Voucher.valid_from.is_(None), Voucher.valid_from <= today),
            or_(Voucher.valid_to.is_(None), Voucher.valid_to >= today),
        )
        .order_by(Voucher.valid_to.is_(None), Voucher.valid_to, Voucher.id)
        .limit(MOST)
    )
    return [VoucherAtHand(*row) for row in rows]


def _certificates(session: Session, patient_id: int, today: date) -> list[CertificateAtHand]:
    left = Certificate.balance_minor - Certificate.held_minor
    rows = session.execute(
        select(Certificate.code, left, Certificate.valid_to)
        .where(
            Certificate.patient_id == patient_id,
            Certificate.state == "active",
            left > 0,
            or_(Certificate.valid_to.is_(None), Certificate.valid_to >= today),
        )
        .order_by(Certificate.valid_to.is_(None), Certificate.valid_to, Certificate.id)
        .limit(MOST)
    )
    return [CertificateAtHand(*row) for row in rows]


def _packages(session: Session, patient_id: int, today: date, visit_id: int | None) -> list[PackageAtHand]:
    kept = exists().where(
        PackageUse.package_id == Package.id, PackageUse.visit_id == visit_id, PackageUse.state == "reserved"
    )
    rows = session.execute(
        select(
            Package.code, Service.name, Package.sessions, Package.sessions - Package.used, Package.valid_to
        )
        .join(Service, Service.id == Package.service_id)
        .where(
            Package.patient_id == patient_id,
            Package.state == "active",
            or_(Package.used < Package.sessions, kept),
            or_(Package.valid_to.is_(None), Package.valid_to >= today),
        )
        .order_by(Package.valid_to.is_(None), Package.valid_to, Package.id)
        .limit(MOST)
    )
    return [PackageAtHand(*row) for row in rows]
