from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, UtcDateTime


class Package(Base):
    """Prepaid sessions of one service; ``used`` also counts those reserved for visits to come (V6).

    ``state`` is active or cancelled.
    """

    __tablename__ = "packages"
    __table_args__ = (
        Index(None, "patient_id", "id"),
        CheckConstraint("used >= 0 AND used <= sessions", name="within_sessions"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    code: Mapped[str] = mapped_column(String(24), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    sessions: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    valid_to: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), default="active")
    origin: Mapped[str] = mapped_column(String(12), default="sale")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PackageUse(Base):
    """A session put on a visit; ``state`` is reserved, used or returned; once per visit (V6)."""

    __tablename__ = "package_uses"
    __table_args__ = (UniqueConstraint("package_id", "visit_id"), Index(None, "visit_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    state: Mapped[str] = mapped_column(String(8))
    covered_minor: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
