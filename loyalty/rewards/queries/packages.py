"""Packages of sessions as bills and lists need them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.rewards.models import Package, PackageUse
from loyalty.rewards.rules.codes import clean
from loyalty.rewards.rules.values import has_ended


@dataclass(frozen=True, slots=True)
class PackageOnBill:
    """A package that may pay one line of its service."""

    id: int
    code: str
    service_id: int
    sessions_left: int


def packages_for_bill(
    session: Session, *, codes: Iterable[str], patient_id: int, visit_id: int | None, today: date
) -> list[PackageOnBill]:
    """A patient's packages of these codes on a local day; a repeated code counts once.

    A session that the visit itself has reserved does not stand in its own way. Refusals:
    ``package_unknown`` for a code nobody has and for another patient's alike (V5), package_expired,
    package_used_up.
    """
    wanted = list(dict.fromkeys(clean(code) for code in codes))
    rows = session.scalars(
        select(Package).where(Package.code.in_(wanted)).execution_options(populate_existing=True)
    )
    known = {package.code: package for package in rows}
    chosen = []
    for code in wanted:
        package = known.get(code)
        if package is None or package.patient_id != patient_id:
            raise Refusal("package_unknown", code=code)
        own = visit_id is not None and use_of(session, package.id, visit_id) in ("reserved", "used")
        check_open(package, today, needed=0 if own else 1)
        chosen.append(PackageOnBill(package.id, code, package.service_id, package.sessions - package.used))
    return chosen


def check_open(package: Package, today: date, needed: int = 1) -> None:
    """Refuse a package that is cancelled, over, or has fewer sessions left than needed."""
    if package.state != "active":
        raise Refusal("package_cancelled", code=package.code)
    if has_ended(package.valid_to, today):
        raise Refusal("package_expired", code=package.code, last_day=package.valid_to)
    if package.sessions - package.used < needed:
        raise Refusal("package_used_up", code=package.code)


def use_of(session: Session, package_id: int, visit_id: int) -> str | None:
    """How a package stands on a visit: reserved, used, returned, or None."""
    return session.scalar(
        select(PackageUse.state).where(PackageUse.package_id == package_id, PackageUse.visit_id == visit_id)
    )


def package_uses(
    session: Session, package_id: int, *, after: int = 0, limit: int = 100
) -> Sequence[PackageUse]:
    """On which visits sessions of a package were put, oldest first; keyset by id."""
    return session.scalars(
        select(PackageUse)
        .where(PackageUse.package_id == package_id, PackageUse.id > after)
        .order_by(PackageUse.id)
        .limit(limit)
    ).all()
