from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, UtcDateTime


class Patient(Base):
    """A person the clinic knows; a phone may belong to several (I2), never to a wrong record."""

    __tablename__ = "patients"
    __table_args__ = (
        Index(None, "phone"),
        Index(None, "email"),
        Index(None, "search_name", "id"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    card_number: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    search_name: Mapped[str] = mapped_column(String(200))
    salutation: Mapped[str | None] = mapped_column(String(16))
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    id_number_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    birth_date: Mapped[date | None]
    sex: Mapped[str | None] = mapped_column(String(8))
    language: Mapped[str | None] = mapped_column(String(2))
    preferred_channel: Mapped[str | None] = mapped_column(String(12))
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"), index=True)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    deceased_on: Mapped[date | None]
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    source_kind: Mapped[str | None] = mapped_column(String(12))
    source_channel: Mapped[str | None] = mapped_column(String(40))
    source_referrer_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PatientStats(Base):
    """What pages read often, one narrow row a patient, kept in the transaction that changes the facts.

    ``points_balance`` is the sum of her ledger entries (P1) and equals what her lots still hold less
    ``points_debt``, the part taken back that no lot could cover (P10). ``points_held`` are put on visits that
    are not completed yet. ``visit_count`` follows M2 and
    ``referral_count`` M3; ``spend_minor`` is paid money less refunds. ``flask check`` compares all of it
    with the facts. ``tier_falls_on`` is the announced day of a fall (M6); a pin holds the tier through the
    local day ``tier_pin_until`` (M10): at least, or, when it ``lowers``, exactly.
    """

    __tablename__ = "patient_stats"
    __table_args__ = (
        Index(None, "last_visit_at", "patient_id"),
        Index(None, "tier", "patient_id"),
        CheckConstraint("visit_count >= 0", name="visits"),
        CheckConstraint("referral_count >= 0", name="referrals"),
        CheckConstraint("points_debt >= 0", name="debt"),
        CheckConstraint("points_held >= 0", name="held"),
        Index(None, "tier_falls_on"),
        Index(None, "tier_pin_until"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), primary_key=True, autoincrement=False)
    visit_count: Mapped[int] = mapped_column(default=0)
    referral_count: Mapped[int] = mapped_column(default=0)
    first_visit_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_visit_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    spend_minor: Mapped[int] = mapped_column(default=0)
    points_balance: Mapped[int] = mapped_column(default=0)
    points_debt: Mapped[int] = mapped_column(default=0)
    tier: Mapped[str | None] = mapped_column(String(8))
    tier_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    points_held: Mapped[int] = mapped_column(default=0, server_default="0")
    tier_falls_on: Mapped[date | None]
    tier_pin: Mapped[str | None] = mapped_column(String(8))
    tier_pin_until: Mapped[date | None]
    tier_pin_lowers: Mapped[bool] = mapped_column(default=False, server_default=false())


class Consent(Base):
    """One act of giving or withdrawing a consent; append-only, the latest act counts (C5)."""

    __tablename__ = "consents"
    __table_args__ = (Index(None, "patient_id", "purpose", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(12))
    granted: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(16))
    wording: Mapped[str] = mapped_column(String(24))
    language: Mapped[str | None] = mapped_column(String(2))
