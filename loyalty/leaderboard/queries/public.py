"""What the public and the patient herself may read; the masking is in the statement (B6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Row,
    bindparam,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from loyalty.kernel.clock import Month
from loyalty.kernel.database import connection_of, table_of
from loyalty.leaderboard import rules
from loyalty.leaderboard.models import Board, BoardRow, Nickname

_boards, _rows = table_of(Board), table_of(BoardRow)
_FACTS = (
    _boards.c.month,
    _boards.c.friends_total,
    _boards.c.helpers_total,
    _boards.c.published_at,
    _boards.c.version,
)
_SHOWN = (_rows.c.rank, _rows.c.shown_name, _rows.c.score)


class PublishedRow(NamedTuple):
    """One line of the public page; ``title`` is ``rules.AMBASSADOR`` or None."""

    rank: int
    shown_name: str
    score: int
    title: str | None


@dataclass(frozen=True, slots=True)
class PublishedBoard:
    """All the public may know of a month; the totals count those who are not listed too."""

    month: Month
    rows: tuple[PublishedRow, ...]
    friends_total: int
    helpers_total: int
    published_at: datetime
    version: int


class OwnPlace(NamedTuple):
    """A patient's own place, told to her alone; ``shown_name`` is how the public reads her, if at all."""

    rank: int
    score: int
    shown_name: str | None


def _published(month: Any) -> CompoundSelect[Any]:
    """The board's own line, then its listed rows: one statement, and no fact is read once a row."""
    is_public = (_boards.c.month == month) & (_boards.c.state == rules.PUBLISHED)
    own = select(literal(0).label("position"), *_FACTS, *(null().label(shown.key) for shown in _SHOWN))
    listed = (
        select(_rows.c.position, *(null() for _ in _FACTS), *_SHOWN)
        .join(_boards, _boards.c.id == _rows.c.board_id)
        .where(is_public, _rows.c.is_listed, _rows.c.shown_name.is_not(None))
    )
    return union_all(own.where(is_public), listed).order_by("position")


_LATEST = select(func.max(_boards.c.month)).where(_boards.c.state == rules.PUBLISHED).scalar_subquery()
_PUBLISHED_OF, _PUBLISHED_LATEST = _published(bindparam("month")), _published(_LATEST)


def published(session: Session, month: Month) -> PublishedBoard | None:
    """A month's published board in one statement; None while there is none."""
    return _board_of(connection_of(session).execute(_PUBLISHED_OF, {"month": str(month)}).all())


def latest_published(session: Session) -> PublishedBoard | None:
    """The published board of the latest month, in one statement."""
    return _board_of(connection_of(session).execute(_PUBLISHED_LATEST).all())


def _board_of(lines: Sequence[Row[Any]]) -> PublishedBoard | None:
    if not lines:
        return None
    own = lines[0]
    rows = tuple(
        PublishedRow(rank, name, score, rules.title(rank))
        for rank, name, score in (line[-len(_SHOWN) :] for line in lines[1:])
    )
    return PublishedBoard(
        Month.parse(own.month), rows, own.friends_total, own.helpers_total, own.published_at, own.version
    )


def published_months(session: Session) -> list[Month]:
    """The months whose boards are public, latest first."""
    found = select(Board.month).where(Board.state == rules.PUBLISHED).order_by(Board.month.desc())
    return [Month.parse(month) for month in session.scalars(found)]


_OWN = (
    select(_rows.c.rank, _rows.c.score, _rows.c.shown_name)
    .join(_boards, _boards.c.id == _rows.c.board_id)
    .where(
        _boards.c.month == bindparam("month"),
        _boards.c.state == rules.PUBLISHED,
        _rows.c.patient_id == bindparam("patient_id"),
    )
)


def own_place(session: Session, month: Month, patient_id: int) -> OwnPlace | None:
    """A patient's own rank on a published board, listed or not (B6); None when she helped nobody."""
    values = {"month": str(month), "patient_id": patient_id}
    row = connection_of(session).execute(_OWN, values).one_or_none()
    return None if row is None else OwnPlace(*row)


def nickname_of(session: Session, patient_id: int) -> Nickname | None:
    """A patient's nickname and what staff decided on it, if she ever proposed one."""
    return session.get(Nickname, patient_id)


def ambassadors(session: Session, board_id: int) -> list[int]:
    """The patients who share the first rank of a board and with it the title (B4)."""
    return list(
        session.scalars(select(BoardRow.patient_id).where(BoardRow.board_id == board_id, BoardRow.rank == 1))
    )
