"""What a patient can have only once: badges, her name on the board, her invite code, a place on a board."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from loyalty.badges.models import BadgeAward
from loyalty.kernel.actor import Actor
from loyalty.kernel.clock import Month
from loyalty.kernel.database import table_of
from loyalty.leaderboard.models import Board, BoardRow, Nickname
from loyalty.leaderboard.operations import draft_board, review_visibility
from loyalty.leaderboard.rules import APPROVED, DRAFT
from loyalty.referrals.models import InviteCode

_AWARDS, _NAMES, _CODES = table_of(BadgeAward), table_of(Nickname), table_of(InviteCode)
_ROWS, _BOARDS = table_of(BoardRow), table_of(Board)


def join_badges(session: Session, from_id: int, into_id: int) -> None:
    """All badges of both; of one that both hold the earlier award stays."""
    mine, other = _AWARDS.c.patient_id == into_id, _AWARDS.c.patient_id == from_id
    held = {row.badge: row.at for row in session.execute(select(_AWARDS).where(mine))}
    for row in session.execute(select(_AWARDS).where(other)).all():
        if row.badge in held:
            earlier = min(row.at, held[row.badge])
            session.execute(update(_AWARDS).where(mine, _AWARDS.c.badge == row.badge).values(at=earlier))
            session.execute(delete(_AWARDS).where(other, _AWARDS.c.badge == row.badge))
    session.execute(update(_AWARDS).where(other).values(patient_id=into_id))


def join_nicknames(session: Session, from_id: int, into_id: int) -> None:
    """One name stays: the kept record's, unless only the other's was approved; nobody waits for the rest."""
    both = select(_NAMES.c.patient_id, _NAMES.c.state).where(_NAMES.c.patient_id.in_((from_id, into_id)))
    state = {row.patient_id: row.state for row in session.execute(both)}
    if from_id not in state:
        return
    is_better = state[from_id] == APPROVED and state.get(into_id) != APPROVED
    if into_id in state:
        losing = into_id if is_better else from_id
        session.execute(delete(_NAMES).where(_NAMES.c.patient_id == losing))
    session.execute(update(_NAMES).where(_NAMES.c.patient_id == from_id).values(patient_id=into_id))


def join_codes(session: Session, from_id: int, into_id: int) -> None:
    """The merged record keeps its invite code, which leads to the kept one; who has none takes it over."""
    has_own = session.scalar(select(_CODES.c.id).where(_CODES.c.patient_id == into_id)) is not None
    if not has_own:
        session.execute(update(_CODES).where(_CODES.c.patient_id == from_id).values(patient_id=into_id))


def join_boards(session: Session, from_id: int, into_id: int, actor: Actor, now: datetime) -> None:
    """Published boards stay as they are, both rows where both stand on one; drafts are counted anew (B3).

    A name that the stricter word on consent no longer allows is taken off at once.
    """
    shared = select(_ROWS.c.board_id).where(_ROWS.c.patient_id == into_id)
    of_merged = _ROWS.c.patient_id == from_id
    touched = select(_ROWS.c.board_id).where(_ROWS.c.patient_id.in_((from_id, into_id)))
    drafts = session.scalars(
        select(_BOARDS.c.month).where(_BOARDS.c.state == DRAFT, _BOARDS.c.id.in_(touched))
    ).all()
    boards = set(session.scalars(select(_ROWS.c.board_id).where(of_merged))) - set(session.scalars(shared))
    session.execute(update(_ROWS).where(of_merged, _ROWS.c.board_id.in_(boards)).values(patient_id=into_id))
    for month in drafts:
        draft_board(session, month=Month.parse(month), actor=actor, now=now)
    review_visibility(session, patient_id=into_id, now=now)
