from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, Localized, UtcDateTime
from loyalty.kernel.localized import LocalizedText


class InviteCode(Base):
    """A patient's own code; a link made of it carries nothing else about her (F1).

    ``shown_name`` is how she wants to be named on her invitations; None keeps her unnamed.
    """

    __tablename__ = "invite_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), unique=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    shown_name: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class InviteClicks(Base):
    """How often a code's link was opened on a local day by people, not by link previewers (F2)."""

    __tablename__ = "invite_clicks"

    code_id: Mapped[int] = mapped_column(ForeignKey("invite_codes.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    clicks: Mapped[int] = mapped_column(default=0)


class Touch(Base):
    """One way in which a friend met an invitation; all are kept (F3)."""

    __tablename__ = "touches"

    id: Mapped[int] = mapped_column(primary_key=True)
    friend_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("invite_codes.id"))
    kind: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Referral(Base):
    """A friend's way from the invitation to the thanks; one in a friend's life (F4).

    ``terms`` are those of the day of attribution (F10); ``stage`` only moves forward (F7). The rewards of a
    flagged referral are held until staff cleared it (F6).
    """

    __tablename__ = "referrals"
    __table_args__ = (
        Index(None, "referrer_id", "qualified_at"),
        Index(None, "qualified_at", "referrer_id"),
        Index(None, "stage", "attributed_at"),
        CheckConstraint("referrer_id <> friend_id", name="not_oneself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    referrer_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    friend_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), unique=True)
    code_id: Mapped[int | None] = mapped_column(ForeignKey("invite_codes.id"))
    origin: Mapped[str] = mapped_column(String(8))
    stage: Mapped[str] = mapped_column(String(12))
    attributed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    booked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    qualified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(24))
    qualifying_visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    pack_visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_flagged: Mapped[bool] = mapped_column(default=False)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_half_points: Mapped[int | None]
    second_half_points: Mapped[int | None]


class Milestone(Base):
    """A number of friends helped that opens something (F14), shown as the track on the patient's home."""

    __tablename__ = "milestones"
    __table_args__ = (UniqueConstraint("friends"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    friends: Mapped[int]
    icon: Mapped[str] = mapped_column(String(16))
    name: Mapped[LocalizedText] = mapped_column(Localized)
    short_name: Mapped[LocalizedText] = mapped_column(Localized)
