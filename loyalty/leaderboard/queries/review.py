"""What staff read of boards: members with their names, consents, doubts and corrections."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, false, func, select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.kernel.clock import Month
from loyalty.kernel.database import connection_of, table_of
from loyalty.leaderboard import rules
from loyalty.leaderboard.models import Board, BoardRow, CountedReferral, Nickname
from loyalty.leaderboard.queries.standings import IN_MONTH
from loyalty.patients.models import Consent, Patient
from loyalty.referrals.models import Referral

_rows, _nicknames, _counted = table_of(BoardRow), table_of(Nickname), table_of(CountedReferral)
_referrals, _patients, _consents = table_of(Referral), table_of(Patient), table_of(Consent)


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A member as staff see her before and after publishing.

    ``shown_name`` is what the public reads, or would read if published now; ``flags`` are open doubts about
    the counted referrals (F6), ``corrections`` how many of them were reversed since publishing (B3).
    """

    patient_id: int
    position: int
    rank: int
    score: int
    title: str | None
    real_name: str
    nickname: str
    changed_to: str | None
    nickname_state: str | None
    real_name_allowed: bool
    consent_given: bool
    shown_name: str | None
    withdrawn_at: datetime | None
    flags: tuple[str, ...]
    corrections: int


def board(session: Session, month: Month) -> Board | None:
    """A month's board, draft or published; for staff."""
    return session.scalar(select(Board).where(Board.month == str(month)))


def boards(session: Session) -> list[Board]:
    """All boards, latest month first; for staff."""
    return list(session.scalars(select(Board).order_by(Board.month.desc())))


_CONSENT = func.coalesce(
    select(_consents.c.granted)
    .where(_consents.c.patient_id == _patients.c.id, _consents.c.purpose == rules.CONSENT_PURPOSE)
    .order_by(_consents.c.id.desc())
    .limit(1)
    .correlate(_patients)
    .scalar_subquery(),
    false(),
)
_CORRECTIONS = (
    select(func.count())
    .select_from(_counted.join(_referrals, _referrals.c.id == _counted.c.referral_id))
    .where(
        _counted.c.board_id == _rows.c.board_id,
        _referrals.c.referrer_id == _rows.c.patient_id,
        _referrals.c.stage != "qualified",
    )
    .correlate(_rows)
    .scalar_subquery()
)
# TRUST 3.2: people who depend on a guardian are ranked but never shown; so are those who died.
_MAY_BE_SHOWN = _patients.c.guardian_id.is_(None) & _patients.c.deceased_on.is_(None)
_REVIEW = (
    select(
        _rows,
        _patients.c.name,
        _nicknames.c.nickname,
        _nicknames.c.changed_to,
        _nicknames.c.state,
        func.coalesce(_nicknames.c.real_name_allowed, false()).label("real_name_allowed"),
        _CONSENT.label("consent_given"),
        _MAY_BE_SHOWN.label("may_be_shown"),
        _CORRECTIONS.label("corrections"),
    )
    .join(_patients, _patients.c.id == _rows.c.patient_id)
    .outerjoin(_nicknames, _nicknames.c.patient_id == _rows.c.patient_id)
    .where(_rows.c.board_id == bindparam("board_id"))
    .order_by(_rows.c.position)
)
_FLAGS = (
    select(_referrals.c.referrer_id, _referrals.c.flags)
    .join(_rows, _rows.c.patient_id == _referrals.c.referrer_id)
    .where(
        _rows.c.board_id == bindparam("board_id"),
        *IN_MONTH,
        _referrals.c.is_flagged,
        _referrals.c.cleared_at.is_(None),
    )
)


def consent_given(session: Session, patient_id: int) -> bool:
    """Whether a patient's latest word is that she may be shown on boards (B6)."""
    found = select(_CONSENT).select_from(_patients).where(_patients.c.id == patient_id)
    return bool(connection_of(session).execute(found).scalar())


def member_names(session: Session, board_id: int) -> dict[int, rules.Name]:
    """How each member of a board may be shown at this moment, by patient."""
    lines = connection_of(session).execute(_REVIEW, {"board_id": board_id})
    return {line.patient_id: _name(line) for line in lines}


def review_rows(session: Session, month: Month) -> list[ReviewRow]:
    """The board as staff check it, in the order of the ranks; empty without a board."""
    found = board(session, month)
    if found is None:
        return []
    start, end = programme(session).calendar.month_bounds(month)
    values = {"board_id": found.id, "start": start, "end": end}
    flags: dict[int, set[str]] = {}
    for patient_id, raised in connection_of(session).execute(_FLAGS, values):
        flags.setdefault(patient_id, set()).update(raised)
    frozen = found.state == rules.PUBLISHED
    lines = connection_of(session).execute(_REVIEW, {"board_id": found.id})
    return [_review_row(line, frozen, tuple(sorted(flags.get(line.patient_id, ())))) for line in lines]


def _name(line: Row[Any]) -> rules.Name:
    return rules.Name(
        real_name=line.name,
        may_be_shown=bool(line.consent_given and line.may_be_shown),
        nickname=line.nickname or "",
        changed_to=line.changed_to,
        state=line.state,
        real_name_allowed=line.real_name_allowed,
    )


def _review_row(line: Row[Any], frozen: bool, flags: tuple[str, ...]) -> ReviewRow:
    return ReviewRow(
        patient_id=line.patient_id,
        position=line.position,
        rank=line.rank,
        score=line.score,
        title=rules.title(line.rank),
        real_name=line.name,
        nickname=line.nickname or "",
        changed_to=line.changed_to,
        nickname_state=line.state,
        real_name_allowed=bool(line.real_name_allowed),
        consent_given=bool(line.consent_given),
        shown_name=line.shown_name if frozen else rules.shown_name(_name(line)),
        withdrawn_at=line.withdrawn_at,
        flags=flags,
        corrections=line.corrections,
    )
