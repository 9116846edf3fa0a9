"""What a completed visit has used beside points and money."""

from dataclasses import dataclass

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from loyalty.kernel.localized import LocalizedText
from loyalty.points.rules import visit_key
from loyalty.rewards.models import Certificate, CertificateEntry, Package, PackageUse, Voucher, VoucherUse
from loyalty.visits.models import Visit


@dataclass(frozen=True, slots=True)
class UsedOffer:
    """``amount_minor`` is what it took off or paid, ``returned_minor`` what refunds gave back to it."""

    id: int
    code: str
    amount_minor: int
    returned_minor: int = 0
    name: LocalizedText | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """Certificates stand in the order in which they paid."""

    vouchers: tuple[UsedOffer, ...] = ()
    certificates: tuple[UsedOffer, ...] = ()
    packages: tuple[UsedOffer, ...] = ()


def used_on_visit(session: Session, visit: Visit) -> Used:
    """The vouchers, certificates and packages of a visit's present completion."""
    vouchers = session.execute(
        select(Voucher.id, Voucher.code, VoucherUse.discount_minor, Voucher.name)
        .join(VoucherUse, VoucherUse.voucher_id == Voucher.id)
        .where(VoucherUse.visit_id == visit.id, VoucherUse.state == "used")
        .order_by(VoucherUse.id)
    )
    packages = session.execute(
        select(Package.id, Package.code, PackageUse.covered_minor)
        .join(PackageUse, PackageUse.package_id == Package.id)
        .where(PackageUse.visit_id == visit.id, PackageUse.state == "used")
        .order_by(PackageUse.id)
    )
    return Used(
        tuple(UsedOffer(row.id, row.code, row.discount_minor, name=row.name) for row in vouchers),
        _certificates(session, visit) if visit.certificate_minor else (),
        tuple(UsedOffer(*row) for row in packages),
    )


def _certificates(session: Session, visit: Visit) -> tuple[UsedOffer, ...]:
    """What was used by an earlier completion has been returned without a refund and is left out."""
    prefix = visit_key(visit.id, visit.completion, "certificate:")
    entry = CertificateEntry
    is_use = and_(entry.kind == "use", entry.key.startswith(prefix, autoescape=True))
    is_return = and_(entry.kind == "return", entry.refund_id.is_not(None))
    rows = session.execute(
        select(
            Certificate.id,
            Certificate.code,
            func.sum(case((is_use, -entry.amount_minor), else_=0)),
            func.sum(case((is_return, entry.amount_minor), else_=0)),
        )
        .join(entry, entry.certificate_id == Certificate.id)
        .where(entry.visit_id == visit.id, or_(is_use, is_return))
        .group_by(Certificate.id, Certificate.code)
        .order_by(func.min(entry.id))
    )
    return tuple(UsedOffer(*row) for row in rows)
