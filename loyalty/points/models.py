from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, Localized, UtcDateTime
from loyalty.kernel.localized import LocalizedText

_IS_LEFT = text("remaining > 0")


class LedgerEntry(Base):
    """A change of a patient's points; never edited, corrected only by another entry (P1).

    ``key`` names the cause ("visit:7:earn"); being unique it makes every replay harmless (P4).
    ``money_per_point_minor`` and ``multiplier_percent`` are the rate of the earning day, by which refunds
    take back (P9); ``weight_part`` over ``weight_whole`` is what earning rules made of it, None where none
    applied. ``rule_ids`` are the versions of the earning rules that produced the entry (P5).
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
    weight_part: Mapped[int | None]
    weight_whole: Mapped[int | None]
    rule_ids: Mapped[list[int] | None] = mapped_column(JSON)
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
        # Lots that are used up stay for ever; who looks for what ends next must not walk through them.
        Index(None, "valid_to", "id", sqlite_where=_IS_LEFT, postgresql_where=_IS_LEFT),
        CheckConstraint("remaining >= 0 AND remaining <= points", name="within_credit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    points: Mapped[int]
    remaining: Mapped[int]
    valid_to: Mapped[date | None]


class LotUse(Base):
    """How much a debit took from which lot, so that undoing it restores the same lots (P11).

    ``restored`` is how much of it has been given back.
    """

    __tablename__ = "lot_uses"
    __table_args__ = (
        CheckConstraint("points > 0", name="positive"),
        CheckConstraint("restored >= 0 AND restored <= points", name="restored_within"),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    points: Mapped[int]
    restored: Mapped[int] = mapped_column(default=0, server_default="0")


class EarningRule(Base):
    """One version of an earning rule; a change is a new version, and entries keep the one they came from.

    ``trigger`` is visit, birthday or manual; ``conditions`` and what they mean stand in ``rules.earning``.
    ``percent`` is the share of the plain points that matching bill lines earn (200 is double), ``points`` a
    fixed number; exactly one of them is set. ``state`` is draft, active or retired; of one code at most one
    version is active.
    """

    __tablename__ = "earning_rules"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        Index(None, "state", "trigger"),
        CheckConstraint("(percent IS NULL) <> (points IS NULL)", name="one_effect"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[LocalizedText] = mapped_column(Localized)
    trigger: Mapped[str] = mapped_column(String(10))
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    percent: Mapped[int | None]
    points: Mapped[int | None]
    priority: Mapped[int] = mapped_column(default=0)
    stacks: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(String(8), default="draft")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ManualEntry(Base):
    """Points that a person gives or takes, with a reason; above the limit a second person decides (P15).

    ``state`` is posted, waiting, refused; a waiting one has no ledger entry yet. ``key`` is the caller's.
    """

    __tablename__ = "manual_entries"
    __table_args__ = (Index(None, "state", "requested_at"), Index(None, "patient_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    points: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("earning_rules.id"))
    valid_to: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(8))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by_kind: Mapped[str] = mapped_column(String(16))
    requested_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None]
    refusal: Mapped[str | None] = mapped_column(String(500))
