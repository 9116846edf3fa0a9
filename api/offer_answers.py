"""Vouchers, certificates and packages as the clinic's system reads them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from api.money import decimal
from api.people import external_id_of
from api.shapes.offers import CertificateAnswer, PackageAnswer, VoucherAnswer
from loyalty.clinic.models import Service
from loyalty.clinic.queries import programme
from loyalty.kernel import clock
from loyalty.rewards.models import Certificate, Package, Voucher
from loyalty.rewards.rules.values import has_ended


def today(session: Session) -> date:
    return programme(session).calendar.day_of(clock.now())


def money(session: Session, amount_minor: int | None) -> str | None:
    return None if amount_minor is None else decimal(amount_minor, programme(session).currency)


def percent(hundredths: int) -> str:
    """1050 is "10.5"."""
    return f"{(Decimal(hundredths) / 100).normalize():f}"


def service_codes(session: Session, service_ids: Iterable[int] | None) -> list[str]:
    """The codes of services, in the order of their ids."""
    return [session.get_one(Service, service_id).code for service_id in sorted(service_ids or ())]


def voucher_answer(session: Session, voucher: Voucher) -> VoucherAnswer:
    services = service_codes(session, voucher.service_ids)
    return VoucherAnswer.model_construct(
        code=voucher.code,
        state=_voucher_state(voucher, today(session)),
        patient=external_id_of(session, voucher.patient_id),
        kind=voucher.kind,
        value=_value(session, voucher, services),
        max_discount=money(session, voucher.max_discount_minor),
        min_bill=money(session, voucher.min_bill_minor),
        services=services,
        first_visit_only=voucher.first_visit_only,
        combines=voucher.combines,
        valid_from=voucher.valid_from,
        valid_to=voucher.valid_to,
        total_limit=voucher.total_limit,
        patient_limit=voucher.patient_limit,
        used_count=voucher.used_count,
    )


def _value(session: Session, voucher: Voucher, services: list[str]) -> str | None:
    if voucher.percent_hundredths is not None:
        return percent(voucher.percent_hundredths)
    if voucher.amount_minor is not None:
        return money(session, voucher.amount_minor)
    return services[0] if services else None


def _voucher_state(voucher: Voucher, day: date) -> str:
    if voucher.state != "active":
        return "cancelled"
    if voucher.total_limit is not None and voucher.used_count >= voucher.total_limit:
        return "used"
    return "expired" if has_ended(voucher.valid_to, day) else "active"


def certificate_answer(session: Session, certificate: Certificate) -> CertificateAnswer:
    currency = programme(session).currency
    return CertificateAnswer.model_construct(
        code=certificate.code,
        amount=decimal(certificate.amount_minor, currency),
        balance=decimal(certificate.balance_minor, currency),
        state=_certificate_state(certificate, today(session)),
        valid_to=certificate.valid_to,
        patient=external_id_of(session, certificate.patient_id),
    )


def _certificate_state(certificate: Certificate, day: date) -> str:
    if certificate.state != "active":
        return "refunded"
    if certificate.balance_minor == 0:
        return "used"
    return "expired" if has_ended(certificate.valid_to, day) else "active"


def package_answer(session: Session, package: Package) -> PackageAnswer:
    return PackageAnswer.model_construct(
        code=package.code,
        state=_package_state(package, today(session)),
        patient=external_id_of(session, package.patient_id),
        service=session.get_one(Service, package.service_id).code,
        sessions=package.sessions,
        sessions_left=package.sessions - package.used,
        valid_to=package.valid_to,
    )


def _package_state(package: Package, day: date) -> str:
    if package.state != "active":
        return "cancelled"
    if package.used >= package.sessions:
        return "used"
    return "expired" if has_ended(package.valid_to, day) else "active"
