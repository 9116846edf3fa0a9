"""Points, visits, friends and tiers against the facts they sum up."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from loyalty.clinic.queries import Programme
from loyalty.kernel.database import table_of
from loyalty.patients.models import Patient, PatientStats
from loyalty.points.models import LedgerEntry, Lot
from loyalty.referrals.models import Referral
from loyalty.settlement.models import Reservation
from loyalty.tiers.queries.counts import rank_of, rank_reached
from loyalty.tiers.rules import LIFETIME, ladder
from loyalty.visits.models import BillLine, Payment, Refund, Visit
from loyalty.visits.queries import COUNTED

_STATS = table_of(PatientStats).c
_ENTRIES = table_of(LedgerEntry).c
_LOTS = table_of(Lot).c
_VISITS = table_of(Visit).c
_REFERRALS = table_of(Referral).c

Wrong = Select[Any]


def _differs(facts: Select[Any], wrong: Callable[[Any], ColumnElement[bool]]) -> Wrong:
    """Patients whose summary row contradicts facts grouped by ``patient_id``; no facts count as 0."""
    grouped = facts.subquery()
    joined = table_of(PatientStats).outerjoin(grouped, grouped.c.patient_id == _STATS.patient_id)
    return select(_STATS.patient_id.label("id")).select_from(joined).where(wrong(grouped.c))


def _number(column: ColumnElement[Any]) -> ColumnElement[int]:
    return func.coalesce(column, 0)


def _without_summary(_clinic: Programme) -> Wrong:
    """Every patient has a summary row."""
    return (
        select(Patient.id)
        .outerjoin(PatientStats, PatientStats.patient_id == Patient.id)
        .where(PatientStats.patient_id.is_(None))
    )


def _ledger(_clinic: Programme) -> Wrong:
    """The balance is the sum of the ledger (P1)."""
    facts = select(_ENTRIES.patient_id, func.sum(_ENTRIES.points).label("points"))
    return _differs(
        facts.group_by(_ENTRIES.patient_id),
        lambda fact: _STATS.points_balance != _number(fact.points),
    )


def _lots(_clinic: Programme) -> Wrong:
    """What the lots still hold, less the debt, is the balance (P6, P10)."""
    facts = select(_LOTS.patient_id, func.sum(_LOTS.remaining).label("points"))
    return _differs(
        facts.group_by(_LOTS.patient_id),
        lambda fact: _STATS.points_balance != _number(fact.points) - _STATS.points_debt,
    )


def _debt(_clinic: Programme) -> Wrong:
    """Nobody owes points while lots could pay them: credits fill a debt first (P10).

    Lots that had ended before her last entry could not, though their end is not recorded yet (TM4).
    """
    last = select(func.date(func.max(_ENTRIES.at))).where(_ENTRIES.patient_id == _STATS.patient_id)
    could_pay = exists().where(
        _LOTS.patient_id == _STATS.patient_id,
        _LOTS.remaining > 0,
        or_(_LOTS.valid_to.is_(None), _LOTS.valid_to > last.scalar_subquery()),
    )
    return select(_STATS.patient_id.label("id")).where(_STATS.points_debt > 0, could_pay)


def _held(_clinic: Programme) -> Wrong:
    """Points set aside are what visits to come have reserved (P7)."""
    facts = (
        select(_VISITS.patient_id, func.sum(Reservation.held).label("points"))
        .join(Reservation, Reservation.visit_id == _VISITS.id)
        .where(Reservation.kind == "points", _VISITS.status.in_(("booked", "arrived")))
    )
    return _differs(
        facts.group_by(_VISITS.patient_id), lambda fact: _STATS.points_held != _number(fact.points)
    )


def _visits(clinic: Programme) -> Wrong:
    """Counted visits are completed, paid and not wholly refunded, by the day where that is chosen (M2)."""
    counted_at = case((COUNTED, _VISITS.completed_at))
    counted_day = case((COUNTED, _VISITS.completed_on)).distinct()
    facts = select(
        _VISITS.patient_id,
        func.count(counted_day if clinic.settings["visits.one_per_day"] else counted_at).label("visits"),
        func.max(counted_at).label("last"),
        func.min(counted_at).label("first"),
        func.sum(_VISITS.paid_minor - _VISITS.refunded_minor).label("spend"),
    ).where(_VISITS.status == "completed")
    return _differs(
        facts.group_by(_VISITS.patient_id),
        lambda fact: or_(
            _STATS.visit_count != _number(fact.visits),
            _STATS.spend_minor != _number(fact.spend),
            _STATS.last_visit_at.is_distinct_from(fact.last),
            _STATS.first_visit_at.is_distinct_from(fact.first),
        ),
    )


def _friends(_clinic: Programme) -> Wrong:
    """Counted friends are the qualified referrals (M3)."""
    facts = select(_REFERRALS.referrer_id.label("patient_id"), func.count().label("friends"))
    return _differs(
        facts.where(_REFERRALS.stage == "qualified").group_by(_REFERRALS.referrer_id),
        lambda fact: _STATS.referral_count != _number(fact.friends),
    )


def _tiers(clinic: Programme) -> Wrong:
    """The tier is the highest one reached by visits or by friends (M1), but for announced falls and pins.

    Where a window counts, it is at least none that not even a lifetime's visits and friends reach.
    """
    stand = rank_of(_STATS.tier)
    wanted = rank_reached(ladder(clinic.settings), _STATS.visit_count, _STATS.referral_count)
    wrong = stand != wanted if clinic.settings["tiers.window"] == LIFETIME else stand > wanted
    free = and_(_STATS.tier_falls_on.is_(None), _STATS.tier_pin.is_(None))
    return select(_STATS.patient_id.label("id")).where(wrong, free)


def _bills(_clinic: Programme) -> Wrong:
    """A visit's sums are those of its lines, payments and refunds (P12)."""
    return select(Visit.id).where(
        or_(
            Visit.gross_minor != _sum(BillLine.amount_minor, BillLine.visit_id),
            Visit.discount_minor != _sum(BillLine.discount_minor, BillLine.visit_id),
            Visit.paid_minor != _sum(Payment.amount_minor, Payment.visit_id),
            Visit.package_minor != _sum(BillLine.package_minor, BillLine.visit_id),
            Visit.refunded_minor != _sum(Refund.amount_minor, Refund.visit_id),
            Visit.certificate_returned_minor != _sum(Refund.certificate_minor, Refund.visit_id),
            Visit.points_returned != _sum(Refund.points, Refund.visit_id),
            Visit.gross_minor
            != Visit.package_minor
            + Visit.discount_minor
            + Visit.points_value_minor
            + Visit.certificate_minor
            + Visit.due_minor,
        )
    )


def _sum(amount: Any, visit_id: Any) -> ColumnElement[int]:
    total = select(func.coalesce(func.sum(amount), 0)).where(visit_id == Visit.id)
    return total.correlate(Visit).scalar_subquery()


def _halves(_clinic: Programme) -> Wrong:
    """What a referral says it gave stands in the ledger, once per half (F8)."""
    given = select(_ENTRIES.referral_id, func.sum(_ENTRIES.points).label("points"))
    sums = given.where(_ENTRIES.referral_id.is_not(None)).group_by(_ENTRIES.referral_id).subquery()
    halves = _number(_REFERRALS.first_half_points) + case(
        (_REFERRALS.stage == "reversed", 0), else_=_number(_REFERRALS.second_half_points)
    )
    joined = table_of(Referral).outerjoin(sums, sums.c.referral_id == _REFERRALS.id)
    return select(_REFERRALS.id).select_from(joined).where(halves != _number(sums.c.points))


BOOKS: Mapping[str, Callable[[Programme], Wrong]] = {
    "patients_without_summary": _without_summary,
    "balance_is_not_ledger": _ledger,
    "balance_is_not_lots": _lots,
    "debt_beside_points": _debt,
    "held_is_not_reserved": _held,
    "visits_are_not_facts": _visits,
    "friends_are_not_facts": _friends,
    "tier_is_not_ladder": _tiers,
    "bill_is_not_sum": _bills,
    "referral_is_not_ledger": _halves,
}
