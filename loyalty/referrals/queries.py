from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from loyalty.kernel.codes import clean_code
from loyalty.kernel.contacts import search_key
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.prepared import Prepared
from loyalty.patients.models import Consent, Patient, PatientStats
from loyalty.referrals.models import InviteCode, Milestone, Referral, Touch
from loyalty.referrals.rules import OPEN_STAGES
from loyalty.visits.models import Visit

_VISITS = table_of(Visit)
_MILESTONES = table_of(Milestone)
_FRIENDS_VISITS = Prepared(
    select(
        _VISITS.c.id,
        _VISITS.c.status,
        _VISITS.c.created_at,
        _VISITS.c.arrived_at,
        _VISITS.c.completed_at,
        _VISITS.c.due_minor,
        _VISITS.c.paid_minor,
        _VISITS.c.refunded_minor,
        _VISITS.c.certificate_minor,
        _VISITS.c.certificate_returned_minor,
        _VISITS.c.paid_at,
    ).where(_VISITS.c.patient_id == bindparam("friend"))
)


#: Flagged, undecided, and something to decide about: an arrival in time is still owed its half (F6, F9).
HELD = and_(
    Referral.is_flagged,
    Referral.cleared_at.is_(None),
    or_(Referral.ended_at.is_(None), and_(Referral.stage == "expired", Referral.arrived_at.is_not(None))),
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an opened link may know: no personal data but the name the referrer chose to show (F1)."""

    code_id: int
    code: str
    referrer_id: int
    shown_name: str | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Invited:
    """A friend as her referrer may see her: without her consent neither name nor stage (F15)."""

    friend_name: str | None
    stage: str | None
    points_given: int
    points_waiting: int | None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A referral on the staff's board; ``since`` is when it reached its stage."""

    id: int
    referrer_id: int
    referrer_name: str
    friend_id: int
    friend_name: str
    stage: str
    since: datetime
    flags: list[str]
    is_held: bool
    first_half_points: int | None
    second_half_points: int | None
    reward_points: int


def code_of(session: Session, patient_id: int) -> InviteCode | None:
    return session.scalar(select(InviteCode).where(InviteCode.patient_id == patient_id))


_OWNER = aliased(Patient)
#: The code of a merged record leads to the kept one (P17).
_INVITATION = (
    select(
        InviteCode.id,
        InviteCode.code,
        _OWNER.id.label("referrer_id"),
        InviteCode.shown_name,
        InviteCode.blocked_at,
        _OWNER.blocked_at.label("patient_blocked_at"),
        _OWNER.deceased_on,
    )
    .join(Patient, Patient.id == InviteCode.patient_id)
    .join(_OWNER, _OWNER.id == func.coalesce(Patient.merged_into_id, Patient.id))
    .where(InviteCode.code == bindparam("code"))
)


def invitation(session: Session, code: str) -> Invitation | None:
    """The invitation behind a code as typed or linked, in any case; None for an unknown one."""
    row = connection_of(session).execute(_INVITATION, {"code": clean_code(code)[:16]}).one_or_none()
    if row is None:
        return None
    shut = row.blocked_at or row.patient_blocked_at or row.deceased_on
    return Invitation(row.id, row.code, row.referrer_id, row.shown_name, not shut)


def referral_of_friend(session: Session, friend_id: int) -> Referral | None:
    return session.scalar(select(Referral).where(Referral.friend_id == friend_id))


def referral(session: Session, referral_id: int) -> Referral | None:
    return session.get(Referral, referral_id)


def is_held(found: Referral) -> bool:
    """Whether the rewards of a referral wait for the staff's decision; :data:`HELD` for one row."""
    undecided = found.is_flagged and found.cleared_at is None
    return undecided and (
        found.ended_at is None or (found.stage == "expired" and found.arrived_at is not None)
    )


def friends_visits(session: Session, friend_id: int) -> Sequence[Any]:
    """The friend's visits as the stages need them."""
    return _FRIENDS_VISITS.all(session, friend=friend_id)


def touches(session: Session, friend_id: int) -> Sequence[Any]:
    """Every way in which a friend met an invitation, with the referrer's name (F3)."""
    return session.execute(
        select(Touch.kind, Touch.at, Patient.id.label("referrer_id"), Patient.name.label("referrer_name"))
        .join(InviteCode, InviteCode.id == Touch.code_id)
        .join(Patient, Patient.id == InviteCode.patient_id)
        .where(Touch.friend_id == friend_id)
        .order_by(Touch.id)
    ).all()


def referrals_by(session: Session, referrer_id: int) -> list[Invited]:
    """A referrer's friends as she may see them, the latest first (F15)."""
    latest = (
        select(Consent.granted)
        .where(Consent.patient_id == Referral.friend_id, Consent.purpose == "referral")
        .order_by(Consent.id.desc())
        .limit(1)
        .correlate(Referral)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Referral, Patient.name, latest.label("allowed"))
        .join(Patient, Patient.id == Referral.friend_id)
        .where(Referral.referrer_id == referrer_id)
        .order_by(Referral.id.desc())
    )
    return [_as_seen_by_referrer(row[0], row[1], bool(row[2])) for row in rows]


def _as_seen_by_referrer(found: Referral, name: str, allowed: bool) -> Invited:
    given = (found.first_half_points or 0) + (found.second_half_points or 0)
    if not allowed:
        return Invited(None, None, given, None)
    waiting = max(0, found.terms["reward_points"] - given) if found.stage in OPEN_STAGES else 0
    return Invited(name, found.stage, given, waiting)


def board(
    session: Session,
    *,
    stage: str | None = None,
    flagged: bool = False,
    after: int | None = None,
    limit: int = 50,
) -> list[BoardRow]:
    """Referrals for the staff's board, the latest first; ``after`` is the last id seen."""
    friend, referrer = aliased(Patient), aliased(Patient)
    query = (
        select(Referral, friend.name, referrer.name)
        .join(friend, friend.id == Referral.friend_id)
        .join(referrer, referrer.id == Referral.referrer_id)
    )
    if stage is not None:
        query = query.where(Referral.stage == stage)
    if flagged:
        query = query.where(HELD)
    if after is not None:
        query = query.where(Referral.id < after)
    rows = session.execute(query.order_by(Referral.id.desc()).limit(limit))
    return [_board_row(found, friend_name, referrer_name) for found, friend_name, referrer_name in rows]


def _board_row(found: Referral, friend_name: str, referrer_name: str) -> BoardRow:
    steps = (found.ended_at, found.qualified_at, found.arrived_at, found.booked_at, found.attributed_at)
    return BoardRow(
        id=found.id,
        referrer_id=found.referrer_id,
        referrer_name=referrer_name,
        friend_id=found.friend_id,
        friend_name=friend_name,
        stage=found.stage,
        since=next(step for step in steps if step is not None),
        flags=found.flags,
        is_held=is_held(found),
        first_half_points=found.first_half_points,
        second_half_points=found.second_half_points,
        reward_points=found.terms["reward_points"],
    )


def board_counts(session: Session, *, start: datetime, end: datetime) -> dict[str, int]:
    """How many referrals attributed in a period stand at each stage now."""
    rows = session.execute(
        select(Referral.stage, func.count())
        .where(Referral.attributed_at >= start, Referral.attributed_at < end)
        .group_by(Referral.stage)
    )
    return {row[0]: row[1] for row in rows}


def flagged_count(session: Session) -> int:
    """How many referrals wait for a second look (F6)."""
    return session.scalar(select(func.count()).select_from(Referral).where(HELD)) or 0


def milestones(session: Session) -> list[tuple[int, str, LocalizedText, LocalizedText]]:
    """The track of friends helped: (friends, icon, name, short name), ascending."""
    columns = (_MILESTONES.c.friends, _MILESTONES.c.icon, _MILESTONES.c.name, _MILESTONES.c.short_name)
    rows = connection_of(session).execute(select(*columns).order_by(_MILESTONES.c.friends))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def find_referrers(session: Session, text: str, *, limit: int = 10) -> Sequence[Any]:
    """ "Who sent you?": patients by name without diacritics, phone, card number or invite code."""
    words = search_key(text)
    digits = "".join(sign for sign in text if sign.isascii() and sign.isdigit())
    national = digits.lstrip("0")
    wanted = [InviteCode.code == clean_code(text), Patient.id == _owner_of(clean_code(text))]
    if len(words) >= 2:
        wanted.append(Patient.search_name.contains(words, autoescape=True))
    if len(digits) >= 4 and national:
        wanted.append(Patient.phone.endswith(national))
    if len(digits) >= 4:
        wanted.append(Patient.card_number.startswith(digits))
    return session.execute(
        select(Patient.id, Patient.name, Patient.phone, Patient.card_number, PatientStats.tier)
        .join(PatientStats, PatientStats.patient_id == Patient.id)
        .outerjoin(InviteCode, InviteCode.patient_id == Patient.id)
        .where(or_(*wanted), Patient.merged_into_id.is_(None), Patient.blocked_at.is_(None))
        .order_by(Patient.search_name, Patient.id)
        .limit(limit)
    ).all()


def _owner_of(code: str) -> Any:
    """Who took over the invite code of a merged record."""
    owner = select(Patient.merged_into_id).join(InviteCode, InviteCode.patient_id == Patient.id)
    return owner.where(InviteCode.code == code).scalar_subquery()
