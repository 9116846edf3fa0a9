"""One visit on one page: its bill, what paid it, what it earned."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from loyalty.kernel.localized import LocalizedText
from loyalty.points.models import LedgerEntry
from loyalty.settlement.queries.used import Used, UsedOffer, used_on_visit
from loyalty.visits.models import Payment, Refund, Visit
from loyalty.visits.queries import bill_lines, payments, refunds


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line of the bill; discount and package are what they took off it."""

    service: LocalizedText
    quantity: int
    amount_minor: int
    discount_minor: int
    package_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The one-page statement of a visit; its sums stand on ``visit`` itself.

    ``pack_minor`` is the newcomer pack's part of the discounts, the rest is the vouchers'.
    """

    visit: Visit
    lines: Sequence[StatementLine]
    pack_minor: int
    vouchers: Sequence[UsedOffer]
    certificates: Sequence[UsedOffer]
    packages: Sequence[UsedOffer]
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    points_earned: int
    points_taken_back: int


def statement(session: Session, visit_id: int) -> Statement | None:
    """The statement of a visit; None for one there is not."""
    visit = session.get(Visit, visit_id)
    if visit is None:
        return None
    used = used_on_visit(session, visit) if visit.status == "completed" else Used()
    return Statement(
        visit=visit,
        lines=[
            StatementLine(
                service.name, line.quantity, line.amount_minor, line.discount_minor, line.package_minor
            )
            for line, service in bill_lines(session, visit_id)
        ],
        pack_minor=visit.discount_minor - sum(voucher.amount_minor for voucher in used.vouchers),
        vouchers=used.vouchers,
        certificates=used.certificates,
        packages=used.packages,
        payments=payments(session, visit_id),
        refunds=refunds(session, visit_id),
        points_earned=points_earned(session, visit_id),
        points_taken_back=_taken_back(session, visit_id),
    )


def points_earned(session: Session, visit_id: int) -> int:
    """What a visit's present completion earned, bonuses included; what refunds took back is not taken off.

    An undone completion has been reversed without a refund, so that it adds nothing.
    """
    gains = LedgerEntry.kind.in_(("earn", "bonus"))
    undone = and_(LedgerEntry.kind == "reverse", LedgerEntry.refund_id.is_(None))
    return _sum(session, and_(LedgerEntry.visit_id == visit_id, or_(gains, undone)))


def _taken_back(session: Session, visit_id: int) -> int:
    is_refund = and_(LedgerEntry.kind == "reverse", LedgerEntry.refund_id.is_not(None))
    return -_sum(session, and_(LedgerEntry.visit_id == visit_id, is_refund))


def _sum(session: Session, chosen: ColumnElement[bool]) -> int:
    query = select(func.coalesce(func.sum(LedgerEntry.points), 0)).where(chosen)
    return int(session.scalars(query).one())
