from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, UtcDateTime


class BadgeAward(Base):
    __tablename__ = "badge_awards"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), primary_key=True)
    badge: Mapped[str] = mapped_column(String(24), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
