"""Reactions that bring points, referrals, tiers and badges in line with what happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from loyalty.badges import operations as badges
from loyalty.clinic.queries import programme
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import table_of
from loyalty.kernel.prepared import Prepared
from loyalty.leaderboard import operations as leaderboard
from loyalty.leaderboard.events import BoardPublished
from loyalty.leaderboard.queries import ambassadors
from loyalty.patients.events import ConsentChanged, PatientRegistered
from loyalty.patients.models import PatientStats
from loyalty.points import operations as points
from loyalty.points.queries import times_reversed
from loyalty.points.rules import last_day_after_months
from loyalty.reactions import ladder
from loyalty.referrals import operations as referrals
from loyalty.referrals.events import HalfReached, HalfReversed, ReferralAdvanced
from loyalty.tiers import operations as tiers
from loyalty.visits import operations as visits
from loyalty.visits.events import (
    CompletionUndone,
    VisitArrived,
    VisitBooked,
    VisitCompleted,
    VisitRefunded,
)
from loyalty.visits.models import Visit

_VISITS, _STATS = table_of(Visit), table_of(PatientStats)
_BILL = Prepared(
    select(
        _VISITS.c.id,
        _VISITS.c.patient_id,
        _VISITS.c.status,
        _VISITS.c.completed_at,
        _VISITS.c.due_minor,
        _VISITS.c.paid_minor,
        _VISITS.c.refunded_minor,
        _VISITS.c.paid_at,
        _VISITS.c.certificate_minor,
        _VISITS.c.certificate_returned_minor,
        _VISITS.c.completion,
        _STATS.c.tier,
        _STATS.c.tier_falls_on,
        _STATS.c.tier_pin_until,
    )
    .join(_STATS, _STATS.c.patient_id == _VISITS.c.patient_id)
    .where(_VISITS.c.id == bindparam("visit"))
)


def _bill(session: Session, visit_id: int) -> Any:
    return _BILL.first(session, visit=visit_id)


def give_invite_code(session: Session, happened: PatientRegistered, now: datetime) -> None:
    referrals.give_code(session, patient_id=happened.patient_id, now=now)


def review_board_names(session: Session, happened: ConsentChanged, now: datetime) -> None:
    if happened.purpose == "leaderboard":
        leaderboard.review_visibility(session, patient_id=happened.patient_id, now=now)


def earn_points(session: Session, happened: VisitCompleted, now: datetime) -> None:
    setup, visit = programme(session), happened.bill or _bill(session, happened.visit_id)
    if ladder.tier_has_run_out(visit, setup, now):
        ladder.catch_up(session, happened.patient_id, now)
        visit = _bill(session, happened.visit_id)
    points.earn_for_visit(
        session,
        visit=visit,
        programme=setup,
        actor=SYSTEM,
        now=now,
        quiet=happened.quiet,
    )


def take_points_back(session: Session, happened: VisitRefunded, now: datetime) -> None:
    points.take_back_for_refund(
        session,
        visit=_bill(session, happened.visit_id),
        refund_id=happened.refund_id,
        today=programme(session).calendar.day_of(now),
        actor=SYSTEM,
        now=now,
        quiet=happened.quiet,
    )


def advance_referral(
    session: Session,
    happened: VisitBooked | VisitArrived | VisitCompleted | VisitRefunded | CompletionUndone,
    now: datetime,
) -> None:
    referrals.review_referral(session, friend_id=happened.patient_id, now=now, quiet=happened.quiet)


def give_half(session: Session, happened: HalfReached, now: datetime) -> None:
    day = programme(session).calendar.day_of(happened.reached_at)
    points.credit(
        session,
        patient_id=happened.referrer_id,
        points=happened.points,
        kind="referral",
        key=_half_key(session, happened) if happened.again else _first_key(happened),
        at=happened.reached_at,
        valid_to=last_day_after_months(day, happened.life_months),
        rule=f"referral_{happened.half}_half",
        referral_id=happened.referral_id,
        quiet=True,
        now=now,
    )


def take_half_back(session: Session, happened: HalfReversed, now: datetime) -> None:
    key = _half_key(session, happened)
    points.reverse_credit(
        session,
        patient_id=happened.referrer_id,
        credit_key=key,
        points=happened.points,
        key=f"{key}:reverse",
        today=programme(session).calendar.day_of(now),
        referral_id=happened.referral_id,
        actor=SYSTEM,
        quiet=True,
        now=now,
    )


def _first_key(happened: HalfReached | HalfReversed) -> str:
    return f"referral:{happened.referral_id}:{happened.half}"


def _half_key(session: Session, happened: HalfReached | HalfReversed) -> str:
    """The ledger key of a half that may have been taken back before: each time has its own (F8, F11)."""
    key = _first_key(happened)
    times = times_reversed(session, happened.referrer_id, key)
    return f"{key}:{times + 1}" if times else key


def thank_ambassadors(session: Session, happened: BoardPublished, now: datetime) -> None:
    for patient_id in ambassadors(session, happened.board_id):
        badges.award(session, patient_id=patient_id, badge="ambassador", now=now)


def review_visitor(
    session: Session, happened: VisitCompleted | VisitRefunded | CompletionUndone, now: datetime
) -> None:
    counted = visits.review_visit_count(session, happened.patient_id, programme(session))
    reason = "visit" if isinstance(happened, VisitCompleted) else "reversal"
    _review(session, happened.patient_id, counted, reason, happened.quiet, now)


def review_referrer(session: Session, happened: ReferralAdvanced, now: datetime) -> None:
    if happened.stage in ("qualified", "reversed", "rejected"):
        counted = referrals.count_friends(session, happened.referrer_id)
        reason = "referral" if happened.stage == "qualified" else "reversal"
        _review(session, happened.referrer_id, counted, reason, happened.quiet, now)


def _review(session: Session, patient_id: int, counted: Any, reason: str, quiet: bool, now: datetime) -> None:
    setup = programme(session)
    tiers.review_tier(
        session, patient_id=patient_id, counted=counted, setup=setup, now=now, reason=reason, quiet=quiet
    )
    badges.review_badges(session, patient_id=patient_id, calendar=setup.calendar, now=now)
