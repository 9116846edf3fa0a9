"""Who sent the friend: decided once, by the desk before the link (F3 to F6)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic.models import Staff
from loyalty.clinic.queries import Programme, programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.once import InsertOnce
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.patients.queries import hold_summary
from loyalty.referrals import queries
from loyalty.referrals.models import InviteCode, Referral, Touch
from loyalty.referrals.operations.stages import review_referral
from loyalty.referrals.rules import OPEN_STAGES, flags_of
from loyalty.visits.models import Visit

_REFERRALS = table_of(Referral)
_add_referral = InsertOnce(_REFERRALS, key=(_REFERRALS.c.friend_id,), returning=_REFERRALS.c.id)
_INSERT_TOUCH = insert(table_of(Touch))
_LONGEST_CHAIN = 1000


def attribute(
    session: Session,
    *,
    friend_id: int,
    origin: str,
    actor: Actor,
    now: datetime,
    code: str | None = None,
    referrer_id: int | None = None,
    external_id: str | None = None,
    same_device: bool = False,
    quiet: bool = False,
) -> Referral:
    """Note that a friend was sent by a patient, named by her code or her record (F3).

    The terms of today are kept on the referral (F10). Repeating the same attribution returns the first
    referral. Refusals: programme_closed, unknown_code, blocked_code, self, dependant, staff,
    existing_patient (F5), already_referred (F4), cycle.
    """
    setup = programme(session)
    if not setup.settings["referrals.open"]:
        raise Refusal("programme_closed")
    invite, owner_id = _invite_code(session, code, referrer_id)
    friend = _person(session, friend_id)
    referrer = _person(session, owner_id)
    _hold_both(session, friend, referrer)
    connection_of(session).execute(
        _INSERT_TOUCH, {"friend_id": friend_id, "code_id": invite.id, "kind": origin, "at": now}
    )
    first = queries.referral_of_friend(session, friend_id)
    if first is not None:
        if first.referrer_id == referrer.id:
            return first
        raise Refusal("already_referred")
    check_pair(session, referrer, friend)
    flags = _flags(session, referrer, friend, same_device, now)
    referral_id = _add_referral(
        session, _new_referral(setup, invite.id, referrer, friend, origin, flags, external_id, now)
    )
    if referral_id is None:
        raise Refusal("already_referred")
    friend.source_kind, friend.source_referrer_id = "referral", referrer.id
    session.flush()
    record(
        session,
        actor=actor,
        action="referral.attributed",
        object_kind="referral",
        object_id=referral_id,
        patient_id=friend_id,
        after={"referrer": referrer.id, "origin": origin, "flags": flags},
        now=now,
    )
    review_referral(session, friend_id=friend_id, now=now, quiet=quiet)
    return session.get_one(Referral, referral_id, populate_existing=True)


def _invite_code(session: Session, code: str | None, referrer_id: int | None) -> tuple[InviteCode, int]:
    """The code and whose it is: a merged record's leads to the kept one (P17)."""
    found: InviteCode | None = None
    if code:
        invitation = queries.invitation(session, code)
        found = session.get(InviteCode, invitation.code_id) if invitation else None
    elif referrer_id is not None:
        found = queries.code_of(session, referrer_id)
        invitation = queries.invitation(session, found.code) if found else None
    else:
        invitation = None
    if found is None or invitation is None:
        raise Refusal("unknown_code")
    if not invitation.is_open:
        raise Refusal("blocked_code")
    return found, invitation.referrer_id


def _hold_both(session: Session, friend: Patient, referrer: Patient) -> None:
    """Neither completes a visit, nor is sent by the other, while we look (F5, F6)."""
    if queries.referral_of_friend(session, friend.id) is None:
        for patient_id in sorted((friend.id, referrer.id)):
            hold_summary(session, patient_id)


def _person(session: Session, patient_id: int) -> Patient:
    found = session.get(Patient, patient_id)
    if found is None or found.merged_into_id is not None:
        raise Refusal("patient_unknown")
    return found


def check_pair(session: Session, referrer: Patient, friend: Patient) -> None:
    """Refuse a referral of oneself, a dependant, an earlier patient, by staff, or in a circle (F5, F6)."""
    if friend.id == referrer.id or _same_person(referrer, friend):
        raise Refusal("self")
    if friend.guardian_id == referrer.id:
        raise Refusal("dependant")
    if referrer.phone and session.scalar(
        select(Staff.id).where(Staff.phone == referrer.phone, Staff.disabled_at.is_(None)).limit(1)
    ):
        raise Refusal("staff")
    if session.scalar(
        select(Visit.id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(_records_of(friend), Visit.status == "completed")
        .limit(1)
    ):
        raise Refusal("existing_patient")
    _refuse_circle(session, referrer.id, friend.id)


def _records_of(friend: Patient) -> ColumnElement[bool]:
    """The friend's record and any second one under the same phone and name: one person all the same (F5)."""
    own = Patient.id == friend.id
    if friend.phone is None:
        return own
    return or_(own, and_(Patient.phone == friend.phone, Patient.search_name == friend.search_name))


def _same_person(one: Patient, other: Patient) -> bool:
    pairs = (
        (one.phone, other.phone),
        (one.email, other.email),
        (one.id_number_digest, other.id_number_digest),
    )
    return any(left and left == right for left, right in pairs)


def _refuse_circle(session: Session, referrer_id: int, friend_id: int) -> None:
    above: int | None = referrer_id
    for _ in range(_LONGEST_CHAIN):
        above = session.scalar(select(Referral.referrer_id).where(Referral.friend_id == above))
        if above is None:
            return
        if above == friend_id:
            raise Refusal("cycle")


def _flags(
    session: Session, referrer: Patient, friend: Patient, same_device: bool, now: datetime
) -> list[str]:
    recent = session.scalar(
        select(func.count())
        .select_from(Referral)
        .where(Referral.referrer_id == referrer.id, Referral.attributed_at > now - timedelta(days=1))
    )
    return flags_of(
        same_device=same_device,
        same_name=referrer.search_name == friend.search_name,
        claims_today=recent or 0,
    )


def _new_referral(
    setup: Programme,
    code_id: int,
    referrer: Patient,
    friend: Patient,
    origin: str,
    flags: list[str],
    external_id: str | None,
    now: datetime,
) -> dict[str, Any]:
    settings = setup.settings
    terms = {
        "reward_points": settings["referrals.reward_points"],
        "pack_percent": settings["referrals.pack_percent"],
        "minimum_bill_minor": setup.minor(settings["referrals.minimum_bill"]),
        "window_days": settings["referrals.window_days"],
        "life_months": settings["points.life_months"],
    }
    return {
        "external_id": external_id,
        "referrer_id": referrer.id,
        "friend_id": friend.id,
        "code_id": code_id,
        "origin": origin,
        "stage": "registered",
        "attributed_at": now,
        "expires_at": now + timedelta(days=terms["window_days"]),
        "terms": terms,
        "flags": flags,
        "is_flagged": bool(flags),
    }


def change_referrer(
    session: Session, *, referral_id: int, referrer_id: int, reason: str, actor: Actor, now: datetime
) -> Referral:
    """Put a referral right before its first half is given (F4); needs a reason, and both are kept.

    Whether it is worth a second look is asked anew of the new pair (F6).

    Refusals: reason_missing, first_half_paid, and those of :func:`attribute`.
    """
    if not reason.strip():
        raise Refusal("reason_missing")
    found = session.get(Referral, referral_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Refusal("referral_unknown")
    if found.first_half_points is not None or found.stage not in OPEN_STAGES:
        raise Refusal("first_half_paid")
    if found.referrer_id == referrer_id:
        return found
    invite, _ = _invite_code(session, None, referrer_id)
    friend, referrer = _person(session, found.friend_id), _person(session, referrer_id)
    check_pair(session, referrer, friend)
    before = found.referrer_id
    found.referrer_id, found.code_id = referrer_id, invite.id
    found.flags = _flags(session, referrer, friend, False, now)
    found.is_flagged, found.cleared_at = bool(found.flags), None
    friend.source_referrer_id = referrer_id
    session.flush()
    connection_of(session).execute(
        _INSERT_TOUCH, {"friend_id": friend.id, "code_id": invite.id, "kind": "desk", "at": now}
    )
    record(
        session,
        actor=actor,
        action="referral.referrer_changed",
        object_kind="referral",
        object_id=referral_id,
        patient_id=friend.id,
        before={"referrer": before},
        after={"referrer": referrer_id},
        reason=reason.strip(),
        now=now,
    )
    # What was held for the wrong pair may be due to the right one.
    review_referral(session, friend_id=friend.id, now=now)
    return session.get_one(Referral, referral_id, populate_existing=True)
