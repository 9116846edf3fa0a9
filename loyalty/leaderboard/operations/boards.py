"""Drafting a month's board and publishing it (B1 to B5)."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CursorResult,
    bindparam,
    cast,
    delete,
    false,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic.queries import Programme, programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.clock import Month
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.events import note
from loyalty.kernel.once import InsertOnce
from loyalty.kernel.refusal import Refusal
from loyalty.leaderboard import queries, rules
from loyalty.leaderboard.events import BoardPublished
from loyalty.leaderboard.models import Board, BoardRow, CountedReferral
from loyalty.referrals.models import Referral

_boards, _rows, _counted = table_of(Board), table_of(BoardRow), table_of(CountedReferral)
_referrals = table_of(Referral)

_OPEN = InsertOnce(_boards, key=(_boards.c.month,), returning=_boards.c.id)
_FILL = insert(_rows).from_select(
    ["board_id", "is_listed", "patient_id", "position", "rank", "score", "reached_at", "tie_key"],
    queries.STANDINGS.with_only_columns(
        bindparam("board_id", type_=_rows.c.board_id.type), false(), *queries.STANDINGS.selected_columns
    ),
)
_COUNT = insert(_counted).from_select(
    ["board_id", "referral_id"],
    select(_rows.c.board_id, _referrals.c.id)
    .join_from(_rows, _referrals, _rows.c.patient_id == _referrals.c.referrer_id)
    .where(_rows.c.board_id == bindparam("board_id"), *queries.IN_MONTH),
)
_SHOW = (
    update(_rows)
    .where(_rows.c.board_id == bindparam("board"), _rows.c.patient_id == bindparam("patient"))
    .values(is_listed=true(), shown_name=bindparam("name"))
)


def draft_board(session: Session, *, month: Month, actor: Actor, now: datetime) -> Board:
    """Count a month's helpers anew (B1, B2); a month has one board, whoever drafts it however often.

    Refuses ``board_too_early`` until the month has settled and ``board_published`` ever after.
    """
    clinic = programme(session)
    if now < _drafts_from(month, clinic):
        raise Refusal("board_too_early", month=str(month), at=_drafts_from(month, clinic))
    _OPEN(session, {"month": str(month), "state": rules.DRAFT, "drafted_at": now})
    board = _locked(session, month)
    if board.state == rules.PUBLISHED:
        raise Refusal("board_published", month=str(month))
    _recount(session, board, _values(board, month, clinic))
    board.drafted_at = now
    session.flush()
    after = {"month": board.month, "helpers": board.helpers_total, "friends": board.friends_total}
    _audit(session, "leaderboard.drafted", board, actor, now, after=after)
    return board


def publish_board(session: Session, *, month: Month, actor: Actor, now: datetime) -> Board:
    """Freeze a month's board with the facts and the names of this instant (B3, B6).

    Scores are counted once more, so that nothing reversed since the draft is honoured (F11). A board that is
    already published comes back as it is. Refuses ``board_missing``, ``board_empty`` and
    ``nicknames_waiting``; whoever calls rolls back then, as after every refusal.
    """
    board = _locked(session, month)
    if board.state == rules.PUBLISHED:
        return board
    values = _values(board, month, programme(session))
    _recount(session, board, values)
    names = queries.member_names(session, board.id)
    if not names:
        raise Refusal("board_empty", month=str(month))
    if waiting := sum(name.state == rules.WAITING for name in names.values()):
        raise Refusal("nicknames_waiting", count=waiting)
    if _close(session, board, actor, now):
        shown = _freeze(session, values, names)
        after = {"month": board.month, "helpers": board.helpers_total, "listed": shown}
        _audit(session, "leaderboard.published", board, actor, now, after=after)
        note(session, BoardPublished(board.id, board.month))
    session.refresh(board)
    return board


def _drafts_from(month: Month, clinic: Programme) -> datetime:
    return rules.drafts_from(month, clinic.calendar, clinic.settings["leaderboard.settle_hours"])


def _locked(session: Session, month: Month) -> Board:
    """The month's board, held until the transaction ends; refuses ``board_missing``."""
    found = session.scalar(
        select(Board)
        .where(Board.month == str(month))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Refusal("board_missing", month=str(month))
    return found


def _values(board: Board, month: Month, clinic: Programme) -> dict[str, Any]:
    return {"board_id": board.id, **queries.standing_parameters(month, clinic)}


def _recount(session: Session, board: Board, values: dict[str, Any]) -> None:
    """Replace a draft's rows by the month's standings and bring its totals up to date."""
    session.execute(delete(_rows).where(_rows.c.board_id == board.id))
    session.execute(_FILL, values)
    totals = select(cast(func.coalesce(func.sum(_rows.c.score), 0), BigInteger), func.count())
    row = session.execute(totals.where(_rows.c.board_id == board.id)).one()
    board.friends_total, board.helpers_total = row
    session.flush()


def _close(session: Session, board: Board, actor: Actor, now: datetime) -> bool:
    """Turn the draft into the published board by one conditional update; False when somebody else did."""
    closed = session.execute(
        update(_boards)
        .where(_boards.c.id == board.id, _boards.c.state == rules.DRAFT)
        .values(
            state=rules.PUBLISHED,
            published_at=now,
            published_by_id=actor.id if actor.kind == "staff" else None,
            version=_boards.c.version + 1,
        )
    )
    return isinstance(closed, CursorResult) and closed.rowcount == 1


def _freeze(session: Session, values: dict[str, Any], names: dict[int, rules.Name]) -> int:
    """Write the names the public will read and the referrals counted; how many names there are."""
    session.execute(_COUNT, values)
    listed = [
        {"board": values["board_id"], "patient": patient_id, "name": shown}
        for patient_id, name in names.items()
        if (shown := rules.shown_name(name)) is not None
    ]
    if listed:
        connection_of(session).execute(_SHOW, listed)
    return len(listed)


def _audit(
    session: Session, action: str, board: Board, actor: Actor, now: datetime, *, after: dict[str, Any]
) -> None:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="board",
        object_id=board.id,
        after=after,
        now=now,
    )
