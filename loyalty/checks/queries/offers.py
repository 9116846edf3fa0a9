"""Certificates, vouchers, packages and redemptions against their entries and uses."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal, or_, select

from loyalty.clinic.queries import Programme
from loyalty.points.models import LedgerEntry
from loyalty.rewards.models import (
    Certificate,
    CertificateEntry,
    Package,
    PackageUse,
    Redemption,
    Reward,
    Voucher,
    VoucherUse,
)
from loyalty.rewards.rules.catalogue import DIGITAL
from loyalty.settlement.models import Reservation

Wrong = Select[Any]


def _total(amount: ColumnElement[Any], *where: ColumnElement[bool]) -> ColumnElement[int]:
    """A sum or count over the rows of another table that belong to the row looked at."""
    return select(func.coalesce(amount, 0)).where(*where).scalar_subquery()


def _certificates(_clinic: Programme) -> Wrong:
    """A certificate's balance is the sum of its entries (V4), what it holds is reserved."""
    entries = _total(
        func.sum(CertificateEntry.amount_minor), CertificateEntry.certificate_id == Certificate.id
    )
    reserved = _total(func.sum(Reservation.held), Reservation.certificate_id == Certificate.id)
    return select(Certificate.id).where(
        or_(Certificate.balance_minor != entries, Certificate.held_minor != reserved)
    )


def _vouchers(_clinic: Programme) -> Wrong:
    """A voucher counts the visits that have it (V3)."""
    uses = _total(
        func.count(), VoucherUse.voucher_id == Voucher.id, VoucherUse.state.in_(("reserved", "used"))
    )
    return select(Voucher.id).where(Voucher.used_count != uses)


def _packages(_clinic: Programme) -> Wrong:
    """A package counts the sessions that visits have (V6)."""
    uses = _total(
        func.count(), PackageUse.package_id == Package.id, PackageUse.state.in_(("reserved", "used"))
    )
    return select(Package.id).where(Package.used != uses)


def _redemptions(_clinic: Programme) -> Wrong:
    """A redemption took its points, gave them back if it ended, and a digital one gave out one thing (V7)."""
    key = literal("redemption:") + cast(Redemption.id, String)
    taken = _total(func.sum(LedgerEntry.points), LedgerEntry.key == key + literal(":redeem"))
    returned = _total(func.sum(LedgerEntry.points), LedgerEntry.key == key + literal(":restore"))
    over = Redemption.state.in_(("cancelled", "expired"))
    given = sum(
        (
            case((column.is_not(None), 1), else_=0)
            for column in (Redemption.voucher_id, Redemption.certificate_id, Redemption.package_id)
        ),
        literal(0),
    )
    digital = and_(Redemption.state == "handed_over", Reward.kind.in_(DIGITAL))
    return (
        select(Redemption.id)
        .join(Reward, Reward.id == Redemption.reward_id)
        .where(
            or_(
                taken != -Redemption.points,
                returned != case((over, Redemption.points), else_=0),
                and_(digital, given != 1),
            )
        )
    )


OFFERS: Mapping[str, Callable[[Programme], Wrong]] = {
    "certificate_is_not_entries": _certificates,
    "voucher_is_not_uses": _vouchers,
    "package_is_not_uses": _packages,
    "redemption_is_not_ledger": _redemptions,
}
