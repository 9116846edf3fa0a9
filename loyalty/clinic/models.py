from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, Localized, UtcDateTime
from loyalty.kernel.localized import LocalizedText


class Clinic(Base):
    """The one clinic of this installation. ``settings`` holds only what differs from the defaults.

    ``rules_version`` grows with every change of the active earning rules, which are kept in memory by it.
    """

    __tablename__ = "clinic"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[LocalizedText] = mapped_column(Localized)
    country: Mapped[str] = mapped_column(String(8))
    timezone: Mapped[str] = mapped_column(String(64))
    currency: Mapped[str] = mapped_column(String(3))
    language: Mapped[str] = mapped_column(String(2))
    phone: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[LocalizedText] = mapped_column(Localized, default=LocalizedText)
    hours: Mapped[LocalizedText] = mapped_column(Localized, default=LocalizedText)
    licence: Mapped[LocalizedText] = mapped_column(Localized, default=LocalizedText)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rules_version: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Branch(Base):
    __tablename__ = "branches"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[LocalizedText] = mapped_column(Localized)
    to_review: Mapped[bool] = mapped_column(default=False)


class Doctor(Base):
    __tablename__ = "doctors"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[LocalizedText] = mapped_column(Localized)
    to_review: Mapped[bool] = mapped_column(default=False)


class Service(Base):
    """A catalogue item; ``kind`` is registration, examination or treatment (F13 names the first two)."""

    __tablename__ = "services"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[LocalizedText] = mapped_column(Localized)
    specialty: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[str] = mapped_column(String(16), default="treatment")
    price_minor: Mapped[int | None]
    to_review: Mapped[bool] = mapped_column(default=False)


class Staff(Base):
    """A person who works in the admin; ``role`` is one of ``rules.ROLES``."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    language: Mapped[str | None] = mapped_column(String(2))
    phone: Mapped[str | None] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_last_step: Mapped[int | None]
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A one-time way in for a staff member whose phone is lost; only the digest is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    code_digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasswordLink(Base):
    """A one-time link with which a staff member sets a password."""

    __tablename__ = "password_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
