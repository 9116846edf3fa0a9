from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, Localized, UtcDateTime
from loyalty.kernel.localized import LocalizedText


class Picture(Base):
    """A photo of the catalogue, re-encoded on arrival; served under its digest, so it never changes."""

    __tablename__ = "pictures"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    content_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reward(Base):
    """A catalogue item; ``kind`` is gift, percent, amount, service, certificate or package.

    ``points`` is its price; ``stock`` None is without end; ``tier`` is the lowest that may take it.
    ``details`` says what comes out (``rules.catalogue`` lists its keys by kind). ``icon`` and ``hue`` draw it
    while it has no photo. ``pickup_days`` is how long it waits to be fetched.
    """

    __tablename__ = "rewards"
    __table_args__ = (
        CheckConstraint("stock IS NULL OR stock >= 0", name="stock"),
        CheckConstraint("points > 0", name="price"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[LocalizedText] = mapped_column(Localized)
    description: Mapped[LocalizedText] = mapped_column(Localized, default=LocalizedText)
    preparation: Mapped[LocalizedText] = mapped_column(Localized, default=LocalizedText)
    kind: Mapped[str] = mapped_column(String(12))
    points: Mapped[int]
    stock: Mapped[int | None]
    tier: Mapped[str | None] = mapped_column(String(8))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    pickup_days: Mapped[int] = mapped_column(default=30)
    icon: Mapped[str] = mapped_column(String(24), default="gift")
    hue: Mapped[str] = mapped_column(String(8), default="leaf")
    picture_digest: Mapped[str | None] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class Redemption(Base):
    """Points given for a reward; ``state`` is requested, approved, handed_over, cancelled or expired (V7).

    ``valid_to`` is the last local day on which it may be fetched. What came out of a digital reward stands in
    ``voucher_id``, ``certificate_id`` or ``package_id``. ``reminded_at`` is its one reminder.
    """

    __tablename__ = "redemptions"
    __table_args__ = (
        Index(None, "state", "requested_at"),
        Index(None, "patient_id", "id"),
        Index(None, "state", "valid_to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    reward_id: Mapped[int] = mapped_column(ForeignKey("rewards.id"))
    points: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    valid_to: Mapped[date | None]
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by_kind: Mapped[str] = mapped_column(String(16))
    requested_by_id: Mapped[int | None]
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None]
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_over_by_id: Mapped[int | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None]
    end_reason: Mapped[str | None] = mapped_column(String(500))
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    package_id: Mapped[int | None] = mapped_column(ForeignKey("packages.id"))
