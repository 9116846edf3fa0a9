"""Reactions that queue a message; imported history stays quiet."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.messaging.operations import queue_message
from loyalty.messaging.rules import next_daytime
from loyalty.patients.queries import consent_given
from loyalty.points.events import PointsChanged
from loyalty.referrals.events import ReferralAdvanced
from loyalty.rewards.events import RedemptionReady
from loyalty.rewards.models import Redemption
from loyalty.tiers.events import TierFallAnnounced, TierReached
from loyalty.visits.events import AppointmentRequested, VisitBooked
from loyalty.visits.models import Visit

#: Without the friend's word the referrer is thanked later, so that the day of the visit stays hers (F15).
_DISCREET_HOURS = (24, 72)


def thank_for_request(session: Session, happened: AppointmentRequested, now: datetime) -> None:
    queue_message(
        session,
        patient_id=happened.patient_id,
        step="appointment-requested",
        anchor=f"request:{happened.request_id}",
        values={},
        now=now,
    )


def tell_booked(session: Session, happened: VisitBooked, now: datetime) -> None:
    if happened.quiet:
        return
    at = session.scalar(select(Visit.scheduled_at).where(Visit.id == happened.visit_id))
    if at is None or at <= now:
        return
    local = programme(session).calendar.local(at)
    queue_message(
        session,
        patient_id=happened.patient_id,
        step="visit-booked",
        anchor=f"visit:{happened.visit_id}",
        values={"day": local.date().isoformat(), "time": local.strftime("%H:%M")},
        expires_at=at,
        now=now,
    )


def tell_points(session: Session, happened: PointsChanged, now: datetime) -> None:
    if happened.quiet or happened.kind != "earn":
        return
    queue_message(
        session,
        patient_id=happened.patient_id,
        step="points-earned",
        anchor=happened.entry_key,
        values={"points": happened.points},
        now=now,
    )


def tell_referrer(session: Session, happened: ReferralAdvanced, now: datetime) -> None:
    """Thank the referrer for the half just given: points only, no name, no stage (F15)."""
    if happened.quiet or happened.points <= 0:
        return
    delay = timedelta(0)
    if not consent_given(session, happened.friend_id, "referral"):
        first, last = _DISCREET_HOURS
        delay = timedelta(minutes=60 * first + secrets.randbelow(60 * (last - first)))
    queue_message(
        session,
        patient_id=happened.referrer_id,
        step="referral-advanced",
        anchor=f"referral:{happened.referral_id}:{happened.stage}",
        values={"points": happened.points},
        due_at=now + delay,
        now=now,
    )


def tell_tier(session: Session, happened: TierReached, now: datetime) -> None:
    if happened.quiet:
        return
    queue_message(
        session,
        patient_id=happened.patient_id,
        step="tier-reached",
        anchor=f"tier:{happened.tier}",
        values={"tier": happened.tier},
        now=now,
    )


def tell_tier_fall(session: Session, happened: TierFallAnnounced, now: datetime) -> None:
    """Say in time what would change and when (M6); void once the day has come."""
    if happened.quiet:
        return
    calendar = programme(session).calendar
    queue_message(
        session,
        patient_id=happened.patient_id,
        step="tier-fall",
        anchor=f"tier:{happened.from_tier}:{happened.falls_on}",
        values={"tier": happened.from_tier, "day": happened.falls_on.isoformat()},
        due_at=next_daytime(now, calendar),
        expires_at=calendar.day_bounds(happened.falls_on)[0],
        now=now,
    )


def tell_ready(session: Session, happened: RedemptionReady, now: datetime) -> None:
    """A gift waits at the desk (V7); void once it can no longer be fetched."""
    valid_to = session.scalar(select(Redemption.valid_to).where(Redemption.id == happened.redemption_id))
    queue_message(
        session,
        patient_id=happened.patient_id,
        step="reward-ready",
        anchor=f"redemption:{happened.redemption_id}",
        values={"day": valid_to.isoformat()} if valid_to else {},
        expires_at=programme(session).calendar.day_bounds(valid_to)[1] if valid_to else None,
        now=now,
    )
