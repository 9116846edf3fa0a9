from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, UtcDateTime


class Certificate(Base):
    """A gift certificate; its balance is the sum of its entries and never below zero (V4).

    ``patient_id`` is the holder, None for whoever brings it; ``held_minor`` is reserved for visits to come.
    ``state`` is active or refunded (its purchase was refunded: what is left was paid back).
    """

    __tablename__ = "certificates"
    __table_args__ = (
        Index(None, "patient_id", "id"),
        Index(None, "state", "valid_to"),
        CheckConstraint("balance_minor >= 0", name="balance"),
        CheckConstraint("held_minor >= 0 AND held_minor <= balance_minor", name="held"),
        CheckConstraint("balance_minor <= amount_minor", name="within_amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    code: Mapped[str] = mapped_column(String(24), unique=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    amount_minor: Mapped[int]
    balance_minor: Mapped[int]
    held_minor: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="active")
    valid_to: Mapped[date | None]
    giver: Mapped[str] = mapped_column(String(120), default="")
    recipient: Mapped[str] = mapped_column(String(120), default="")
    greeting: Mapped[str] = mapped_column(String(300), default="")
    origin: Mapped[str] = mapped_column(String(12), default="sale")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CertificateEntry(Base):
    """A change of a certificate's balance; ``kind`` is issue, use, return or refund. Append-only."""

    __tablename__ = "certificate_entries"
    __table_args__ = (Index(None, "certificate_id", "id"), Index(None, "visit_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificates.id"))
    kind: Mapped[str] = mapped_column(String(8))
    amount_minor: Mapped[int]
    key: Mapped[str] = mapped_column(String(120), unique=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None]
