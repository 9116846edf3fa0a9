from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, UtcDateTime


class Visit(Base):
    """One appointment and its bill; ``status`` is one of ``rules.STATUSES``. Money in minor units.

    ``completed_on`` is the clinic's local day of ``completed_at``, kept because days are counted (M2);
    ``paid_at`` is the instant of the last payment. ``completion`` counts the times it was completed: undoing
    a completion starts a new one, whose effects have keys of their own. ``due_minor`` is what is left to pay
    in money after discounts, points, certificates and package sessions (V1).
    """

    __tablename__ = "visits"
    __table_args__ = (
        Index(None, "patient_id", "completed_at"),
        Index(None, "completed_at", "patient_id"),
        Index(None, "status", "scheduled_at"),
        CheckConstraint("refunded_minor <= paid_minor", name="refund_within_paid"),
        CheckConstraint("certificate_returned_minor <= certificate_minor", name="return_within_certificate"),
        CheckConstraint("points_returned <= points_used", name="return_within_points"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctors.id"))
    status: Mapped[str] = mapped_column(String(12))
    origin: Mapped[str] = mapped_column(String(8))
    scheduled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_on: Mapped[date | None]
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gross_minor: Mapped[int] = mapped_column(default=0)
    discount_minor: Mapped[int] = mapped_column(default=0)
    points_used: Mapped[int] = mapped_column(default=0)
    points_value_minor: Mapped[int] = mapped_column(default=0)
    certificate_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    package_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    due_minor: Mapped[int] = mapped_column(default=0)
    paid_minor: Mapped[int] = mapped_column(default=0)
    refunded_minor: Mapped[int] = mapped_column(default=0)
    certificate_returned_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    points_returned: Mapped[int] = mapped_column(default=0, server_default="0")
    completion: Mapped[int] = mapped_column(default=1, server_default="1")
    follow_up_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class BillLine(Base):
    __tablename__ = "bill_lines"
    __table_args__ = (UniqueConstraint("visit_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    position: Mapped[int]
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    quantity: Mapped[int] = mapped_column(default=1)
    amount_minor: Mapped[int]
    discount_minor: Mapped[int] = mapped_column(default=0)
    package_minor: Mapped[int] = mapped_column(default=0, server_default="0")


class Payment(Base):
    __tablename__ = "payments"
    __table_args__ = (UniqueConstraint("visit_id", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    external_id: Mapped[str] = mapped_column(String(120))
    amount_minor: Mapped[int]
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Refund(Base):
    """What was given back; ``external_id`` is the key under which a refund is counted once (P12).

    ``amount_minor`` went back as money, ``certificate_minor`` to certificates, ``points`` to their lots.
    """

    __tablename__ = "refunds"
    __table_args__ = (UniqueConstraint("visit_id", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    external_id: Mapped[str] = mapped_column(String(120))
    amount_minor: Mapped[int]
    certificate_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    points: Mapped[int] = mapped_column(default=0, server_default="0")
    refunded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(500))


class AppointmentRequest(Base):
    """A wish for a time, left by a friend or a patient; reception turns it into a booked visit."""

    __tablename__ = "appointment_requests"
    __table_args__ = (Index(None, "state", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    state: Mapped[str] = mapped_column(String(8))
    wished_on: Mapped[date | None]
    part_of_day: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(500), default="")
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
