from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, Localized, UtcDateTime
from loyalty.kernel.localized import LocalizedText


class Voucher(Base):
    """A discount under a code: a patient's own voucher, or, without ``patient_id``, a promo code (V2).

    ``kind`` is percent (``percent_hundredths``, 1000 is 10 %), amount (``amount_minor``) or service (one of
    ``service_ids`` free). ``total_limit`` and ``patient_limit`` None are without end; ``used_count`` also
    counts what is reserved for visits to come. ``state`` is active or cancelled.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        Index(None, "patient_id", "id"),
        CheckConstraint("used_count >= 0", name="used"),
        CheckConstraint("total_limit IS NULL OR used_count <= total_limit", name="within_limit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    code: Mapped[str] = mapped_column(String(24), unique=True)
    name: Mapped[LocalizedText] = mapped_column(Localized, default=LocalizedText)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    kind: Mapped[str] = mapped_column(String(8))
    percent_hundredths: Mapped[int | None]
    amount_minor: Mapped[int | None]
    max_discount_minor: Mapped[int | None]
    min_bill_minor: Mapped[int | None]
    service_ids: Mapped[list[int] | None] = mapped_column(JSON)
    first_visit_only: Mapped[bool] = mapped_column(default=False)
    combines: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    total_limit: Mapped[int | None]
    patient_limit: Mapped[int | None]
    used_count: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="active")
    origin: Mapped[str] = mapped_column(String(12), default="staff")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class VoucherUse(Base):
    """A voucher put on a visit; ``state`` is reserved, used or freed (V3)."""

    __tablename__ = "voucher_uses"
    __table_args__ = (UniqueConstraint("voucher_id", "visit_id"), Index(None, "visit_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("vouchers.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    state: Mapped[str] = mapped_column(String(8))
    discount_minor: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
