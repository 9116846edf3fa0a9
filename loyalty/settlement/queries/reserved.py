"""What is put on a visit to come."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from loyalty.kernel.database import table_of
from loyalty.kernel.prepared import Prepared
from loyalty.rewards.models import Certificate, Package, Voucher
from loyalty.settlement.models import Reservation
from loyalty.settlement.rules import CertificateUse

_RESERVATIONS = table_of(Reservation)
_VOUCHERS, _CERTIFICATES, _PACKAGES = table_of(Voucher), table_of(Certificate), table_of(Package)
_OF_VISIT = Prepared(
    select(
        _RESERVATIONS.c.kind,
        _RESERVATIONS.c.amount,
        _RESERVATIONS.c.held,
        _RESERVATIONS.c.voucher_id,
        _RESERVATIONS.c.certificate_id,
        _RESERVATIONS.c.package_id,
        func.coalesce(_VOUCHERS.c.code, _CERTIFICATES.c.code, _PACKAGES.c.code).label("code"),
    )
    .outerjoin(_VOUCHERS, _VOUCHERS.c.id == _RESERVATIONS.c.voucher_id)
    .outerjoin(_CERTIFICATES, _CERTIFICATES.c.id == _RESERVATIONS.c.certificate_id)
    .outerjoin(_PACKAGES, _PACKAGES.c.id == _RESERVATIONS.c.package_id)
    .where(_RESERVATIONS.c.visit_id == bindparam("visit"))
    .order_by(_RESERVATIONS.c.id)
)


@dataclass(frozen=True, slots=True)
class Reserved:
    """What a visit that is not completed has reserved, by code; ids and held amounts for letting it go.

    ``held_minor`` is by certificate; ``vouchers`` and ``packages`` are ids.
    """

    points: int = 0
    voucher_codes: tuple[str, ...] = ()
    certificates: tuple[CertificateUse, ...] = ()
    package_codes: tuple[str, ...] = ()
    vouchers: tuple[int, ...] = ()
    packages: tuple[int, ...] = ()
    held_minor: Mapping[int, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.points or self.vouchers or self.held_minor or self.packages)


NONE_RESERVED = Reserved()


def reserved(session: Session, visit_id: int) -> Reserved:
    """What a visit has reserved, in the order it was said; nothing for one that is over."""
    rows = _OF_VISIT.all(session, visit=visit_id)
    if not rows:
        return NONE_RESERVED
    by_kind: dict[str, list[tuple[str, int, int | None, int]]] = {}
    for row in rows:
        owner = row.voucher_id or row.certificate_id or row.package_id
        by_kind.setdefault(row.kind, []).append((row.code, owner, row.amount, row.held))
    vouchers, packages = by_kind.get("voucher", []), by_kind.get("package", [])
    certificates = by_kind.get("certificate", [])
    return Reserved(
        points=sum(held for *_, held in by_kind.get("points", [])),
        voucher_codes=tuple(code for code, *_ in vouchers),
        certificates=tuple(CertificateUse(code, amount) for code, _, amount, _ in certificates),
        package_codes=tuple(code for code, *_ in packages),
        vouchers=tuple(voucher_id for _, voucher_id, *_ in vouchers),
        packages=tuple(package_id for _, package_id, *_ in packages),
        held_minor={certificate_id: held for _, certificate_id, _, held in certificates},
    )
