"""Introductions: those the person made go over, of those that brought her one stays (F4, F5, F6)."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from loyalty.kernel.database import table_of
from loyalty.kernel.events import note
from loyalty.merging.rules import EXISTING_PATIENT, MERGED, first_of
from loyalty.patients.models import Patient
from loyalty.referrals.events import ReferralAdvanced
from loyalty.referrals.models import Referral
from loyalty.referrals.operations import review_referral
from loyalty.referrals.rules import CLOSED, OPEN_STAGES
from loyalty.visits.models import Visit

_REFERRALS, _PATIENTS, _VISITS = table_of(Referral), table_of(Patient), table_of(Visit)


def between(one: int, other: int) -> ColumnElement[bool]:
    """The condition for a referral of which the two records are both ends."""
    return or_(
        and_(_REFERRALS.c.referrer_id == one, _REFERRALS.c.friend_id == other),
        and_(_REFERRALS.c.referrer_id == other, _REFERRALS.c.friend_id == one),
    )


def came_before(session: Session, patient_id: int, at: datetime) -> bool:
    """Whether a person had a completed visit before an instant: nobody can introduce her then (F5)."""
    found = select(_VISITS.c.id).where(
        _VISITS.c.patient_id == patient_id, _VISITS.c.status == "completed", _VISITS.c.completed_at < at
    )
    return session.scalar(found.limit(1)) is not None


def join_referrals(session: Session, from_id: int, into_id: int, now: datetime) -> bool:
    """Bring both records' introductions together; True when one that counted was of the person herself.

    What was given for an introduction stays given: points are moved, not taken back (P17, F12). Call it once
    the visits have moved.
    """
    counted = _end_own(session, from_id, into_id, now)
    session.execute(
        update(_REFERRALS)
        .where(_REFERRALS.c.referrer_id == from_id, _REFERRALS.c.friend_id != into_id)
        .values(referrer_id=into_id)
    )
    _keep_first(session, from_id, into_id, now)
    session.expire_all()
    review_referral(session, friend_id=into_id, now=now)
    return counted


def _end_own(session: Session, from_id: int, into_id: int, now: datetime) -> bool:
    """Nobody introduces herself (F6): such a referral ends and counts no more, whatever it had reached."""
    found = session.execute(select(_REFERRALS).where(between(from_id, into_id))).all()
    for row in found:
        if row.stage not in CLOSED:
            _end(session, row.id, MERGED, now)
    return any(row.stage == "qualified" for row in found)


def _keep_first(session: Session, from_id: int, into_id: int, now: datetime) -> None:
    """Of two referrals of one person the first stays hers; the other ends unless it had brought her."""
    both = _REFERRALS.c.friend_id.in_((from_id, into_id)) & ~between(from_id, into_id)
    found = session.execute(select(_REFERRALS).where(both)).all()
    if not found:
        return
    first = first_of(found)
    for row in found:
        if row.id != first.id and row.stage in OPEN_STAGES:
            _end(session, row.id, MERGED, now)
            note(session, ReferralAdvanced(row.id, row.referrer_id, row.friend_id, "rejected", quiet=True))
    if first.friend_id == from_id:
        _exchange(session, from_id, into_id)
    if first.stage in OPEN_STAGES and came_before(session, into_id, first.attributed_at):
        _end(session, first.id, EXISTING_PATIENT, now)


def _exchange(session: Session, from_id: int, into_id: int) -> None:
    """Give the merged record's referral to the kept one; what stood there goes to the merged record.

    A friend has one referral (F4, unique), so that the one that gives way waits for a moment with a patient
    whom nobody introduced, as her own guest.
    """
    aside = session.execute(select(_REFERRALS).where(_REFERRALS.c.friend_id == into_id)).one_or_none()
    if aside is None:
        _set_ends(session, _REFERRALS.c.friend_id == from_id, friend_id=into_id)
        return
    friends = select(_REFERRALS.c.friend_id)
    place = session.scalar(
        select(func.min(_PATIENTS.c.id)).where(_PATIENTS.c.id.not_in(friends), _PATIENTS.c.id != from_id)
    )
    if place is None:
        return
    _set_ends(session, _REFERRALS.c.id == aside.id, friend_id=place, referrer_id=from_id)
    _set_ends(session, _REFERRALS.c.friend_id == from_id, friend_id=into_id)
    keeper = into_id if aside.referrer_id == from_id else aside.referrer_id
    _set_ends(session, _REFERRALS.c.id == aside.id, friend_id=from_id, referrer_id=keeper)


def _set_ends(session: Session, condition: ColumnElement[bool], **ends: int) -> None:
    session.execute(update(_REFERRALS).where(condition).values(**ends))


def _end(session: Session, referral_id: int, reason: str, now: datetime) -> None:
    session.execute(
        update(_REFERRALS)
        .where(_REFERRALS.c.id == referral_id)
        .values(stage="rejected", ended_at=now, end_reason=reason)
    )
