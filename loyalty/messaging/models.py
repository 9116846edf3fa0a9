from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, UtcDateTime


class Message(Base):
    """A message planned, sent or given up; ``key`` is (patient, step, anchor version) (C2).

    ``values`` fills the placeholders; ``text`` is kept once the message was handed over. Codes are never
    among them: a login code is worked out anew from its own row at the moment of sending.
    """

    __tablename__ = "messages"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "patient_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    step: Mapped[str] = mapped_column(String(24))
    purpose: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str | None] = mapped_column(String(12))
    recipient: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str | None] = mapped_column(String(2))
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    text: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(40))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claim: Mapped[str | None] = mapped_column(String(64))
    provider_id: Mapped[str | None] = mapped_column(String(120))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Delivery(Base):
    """The truth log of the scripted gateway outside production: what "the phones" really received."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_key: Mapped[str] = mapped_column(String(160), index=True)
    channel: Mapped[str] = mapped_column(String(12))
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    text: Mapped[str]
    outcome: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
