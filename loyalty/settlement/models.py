from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base


class Reservation(Base):
    """What is put on a visit to come: it is taken when the visit is completed and freed when it is cancelled.

    ``kind`` is points, voucher, certificate or package. ``amount`` is points or minor units of money; for a
    certificate None is "as much as is due". The held sums stand on the summary row and the certificate.
    """

    __tablename__ = "reservations"
    __table_args__ = (
        Index(None, "visit_id"),
        CheckConstraint("held >= 0", name="held"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    kind: Mapped[str] = mapped_column(String(12))
    amount: Mapped[int | None]
    held: Mapped[int] = mapped_column(default=0)
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    package_id: Mapped[int | None] = mapped_column(ForeignKey("packages.id"))
