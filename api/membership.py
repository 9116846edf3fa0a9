"""A patient's membership put together out of her summary row, tiers, badges and lots."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from api.shapes.patients import MembershipAnswer, PointsAnswer, PointsLot
from loyalty.badges.queries import awards
from loyalty.clinic.queries import programme
from loyalty.patients.models import PatientStats
from loyalty.patients.queries import stats
from loyalty.points import queries as points
from loyalty.points.rules import order_of_use
from loyalty.referrals.queries import code_of
from loyalty.tiers.queries import counted, tier_today
from loyalty.tiers.rules import ladder, progress


def membership_of(session: Session, patient_id: int, now: datetime) -> MembershipAnswer:
    """Where a patient stands now (M1, M9) and which of her points she may spend (TM4, P10)."""
    setup = programme(session)
    summary = stats(session, patient_id)
    assert summary is not None, "a patient without her summary row"
    visits, friends = counted(
        session,
        patient_id=patient_id,
        visits=summary.visit_count,
        referrals=summary.referral_count,
        setup=setup,
        today=setup.calendar.day_of(now),
    )
    tier = tier_today(session, patient_id, summary, setup, setup.calendar.day_of(now))
    way = progress(ladder(setup.settings), tier=tier, visits=visits, referrals=friends)
    invite = code_of(session, patient_id)
    earned = sorted(awards(session, patient_id).items(), key=lambda award: award[1])
    return MembershipAnswer.model_construct(
        tier=way.tier,
        next_tier=way.next_tier,
        progress_percent=round(float(way.percent), 1),
        counted_visits=way.counted_visits,
        counted_referrals=way.counted_referrals,
        visits_remaining=way.visits_remaining,
        referrals_remaining=way.referrals_remaining,
        invite_code=invite.code if invite is not None else None,
        badges=[badge for badge, _ in earned],
        points=_points(session, summary, setup.calendar.day_of(now)),
    )


def _points(session: Session, summary: PatientStats, today: date) -> PointsAnswer:
    lots = order_of_use(points.open_lots(session, summary.patient_id, today))
    return PointsAnswer.model_construct(
        balance=summary.points_balance,
        available=max(0, points.available(session, summary.patient_id, today)),
        lots=[PointsLot.model_construct(points=lot.remaining, valid_to=lot.valid_to) for lot in lots],
    )
