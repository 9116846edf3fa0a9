"""Reactions that queue a message; imported history stays quiet."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.messaging.operations import queue_message
from loyalty.patients.queries import consent_given
from loyalty.points.events import PointsChanged
from loyalty.referrals.events import ReferralAdvanced
from loyalty.tiers.events import TierReached
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
