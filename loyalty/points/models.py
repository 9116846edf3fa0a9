from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, UtcDateTime


class LedgerEntry(Base):
    """A change of a patient's points; never edited, corrected only by another entry (P1).

    ``key`` names the cause ("visit:7:earn"); being unique it makes every replay harmless (P4).
    ``money_per_point_minor`` and ``multiplier_percent`` are the rate of the earning day, by which refunds
    take back (P9).
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (Index(None, "patient_id", "id"), Index(None, "visit_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    kind: Mapped[str] = mapped_column(String(10))
    points: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    rule: Mapped[str] = mapped_column(String(40), default="")
    money_per_point_minor: Mapped[int | None]
    multiplier_percent: Mapped[int | None]
    valid_to: Mapped[date | None]
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"))
    referral_id: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(500))
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None]


class Lot(Base):
    """What is left of one credit; ``valid_to`` is its last local day, None never ends (P5)."""

    __tablename__ = "lots"
    __table_args__ = (
        Index(None, "patient_id", "valid_to"),
        Index(None, "valid_to"),
        CheckConstraint("remaining >= 0 AND remaining <= points", name="within_credit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    points: Mapped[int]
    remaining: Mapped[int]
    valid_to: Mapped[date | None]


class LotUse(Base):
    """How much a debit took from which lot, so that undoing it restores the same lots (P11)."""

    __tablename__ = "lot_uses"
    __table_args__ = (CheckConstraint("points > 0", name="positive"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    points: Mapped[int]
