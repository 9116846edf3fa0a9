from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.kernel.database import Base, UtcDateTime


class ImportBatch(Base):
    """One file handed in: what was found in it, how far it is, and what became of its rows (I1).

    ``state`` is one of ``rules.progress.STATES``; ``rows_done`` counts records below the header, so that a
    killed import goes on behind the last committed one. ``beat_at`` is the last sign of life.
    """

    __tablename__ = "import_batches"
    __table_args__ = (Index(None, "state", "beat_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    filename: Mapped[str] = mapped_column(String(200))
    content_digest: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    headers: Mapped[list[str]] = mapped_column(JSON, default=list)
    notify: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(40))
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportFile(Base):
    """The uploaded bytes, kept until the batch is done so that a killed import can go on."""

    __tablename__ = "import_files"

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("import_batches.id"), primary_key=True, autoincrement=False
    )
    content: Mapped[bytes]


class ImportReject(Base):
    """A row that was not taken, with its line, the closed reason and its cells as they stood there."""

    __tablename__ = "import_rejects"
    __table_args__ = (Index(None, "batch_id", "line"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"))
    line: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    field: Mapped[str | None] = mapped_column(String(40))
    cells: Mapped[list[str]] = mapped_column(JSON)
