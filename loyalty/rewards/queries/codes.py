"""What a scanned or typed code stands for."""

from dataclasses import dataclass

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from loyalty.kernel.database import Base, table_of
from loyalty.rewards.models import Certificate, Package, Redemption, Voucher
from loyalty.rewards.rules.codes import clean

_KINDS: tuple[tuple[str, type[Base]], ...] = (
    ("voucher", Voucher),
    ("certificate", Certificate),
    ("package", Package),
    ("redemption", Redemption),
)


@dataclass(frozen=True, slots=True)
class Found:
    """``kind`` is voucher, certificate, package or redemption; ``id`` is its row's."""

    kind: str
    id: int


def find_code(session: Session, code: str) -> Found | None:
    """The one thing that has this code, however it was typed; one statement for all kinds."""
    wanted = clean(code)
    tables = [(kind, table_of(model)) for kind, model in _KINDS]
    row = session.execute(
        union_all(
            *(
                select(literal(kind).label("kind"), table.c.id.label("id")).where(table.c.code == wanted)
                for kind, table in tables
            )
        ).limit(1)
    ).first()
    return None if row is None or not wanted else Found(row.kind, row.id)
