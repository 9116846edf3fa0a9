from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, Localized, UtcDateTime
from loyalty.kernel.localized import LocalizedText


class TierChange(Base):
    """A step on the ladder in a patient's history; the present tier stands on her summary row."""

    __tablename__ = "tier_changes"
    __table_args__ = (Index(None, "patient_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    from_tier: Mapped[str | None] = mapped_column(String(8))
    to_tier: Mapped[str | None] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(24))
    until: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(String(500))
    actor_id: Mapped[int | None]


class Benefit(Base):
    """A perk of a tier; ``position`` orders them, ``icon`` names its drawing."""

    __tablename__ = "benefits"
    __table_args__ = (UniqueConstraint("tier", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tier: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[LocalizedText] = mapped_column(Localized)
    description: Mapped[LocalizedText] = mapped_column(Localized, default=LocalizedText)
    icon: Mapped[str] = mapped_column(String(24), default="gift")
    active: Mapped[bool] = mapped_column(default=True)
