from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, UtcDateTime


class Nickname(Base):
    """The name under which a patient wants to be thanked in public, and what staff decided on it (B6).

    ``nickname`` stays the patient's own word, empty when she only allowed her real name; ``changed_to`` is
    what staff approved in its place. ``state`` is waiting, approved or refused.
    """

    __tablename__ = "nicknames"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), primary_key=True, autoincrement=False)
    nickname: Mapped[str] = mapped_column(String(40))
    changed_to: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(8))
    real_name_allowed: Mapped[bool] = mapped_column(default=False)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Board(Base):
    """One clinic month's leaderboard (B2); ``state`` is draft or published.

    ``version`` rises with everything that changes the published page, so that caches can ask for it.
    """

    __tablename__ = "boards"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    friends_total: Mapped[int] = mapped_column(default=0)
    helpers_total: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)


class BoardRow(Base):
    """A patient's place on one board; public pages may read ``shown_name`` of listed rows only (B6)."""

    __tablename__ = "board_rows"
    __table_args__ = (
        UniqueConstraint("board_id", "patient_id"),
        UniqueConstraint("board_id", "position"),
        Index(None, "patient_id"),
        CheckConstraint("score > 0", name="score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    position: Mapped[int]
    rank: Mapped[int]
    score: Mapped[int]
    reached_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tie_key: Mapped[int]
    shown_name: Mapped[str | None] = mapped_column(String(200))
    is_listed: Mapped[bool] = mapped_column(default=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CountedReferral(Base):
    """A referral in the scores of a published board; tells staff which were reversed later (B3)."""

    __tablename__ = "counted_referrals"
    __table_args__ = (Index(None, "referral_id"),)

    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), primary_key=True)
