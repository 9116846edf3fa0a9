"""GET changes nothing: the tables hold the same rows before and after every page was opened."""

from collections.abc import Callable
from hashlib import sha256

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.database import Base
from tests.site.access import API, PATIENT, PUBLIC, STAFF
from tests.site.house import House
from tests.site.test_access import rules
from tests.support.visitor import Visitor

#: What a look may leave in the log: who was refused, and who saw what needs a reason to be seen.
TRACES = {"access.denied", "patient.viewed", "visit.viewed"}


def rows_of(session: Session) -> dict[str, str]:
    """A fingerprint of every table's rows."""
    prints = {}
    for table in Base.metadata.sorted_tables:
        if table.name != AuditEntry.__tablename__:
            rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
            prints[table.name] = f"{len(rows)} rows {sha256(''.join(rows).encode()).hexdigest()}"
    return prints


def last_entry(session: Session) -> int:
    return session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first() or 0


@pytest.mark.parametrize("reader", ["nobody", "mai", "manager", "administrator", "medical system"])
def test_opening_every_page_changes_no_row(house: House, as_: Callable[[str], Visitor], reader: str) -> None:
    is_system = reader == "medical system"
    visitor = as_("nobody" if is_system else reader)
    headers = {**visitor.headers, **({"Authorization": f"Bearer {house.api_key}"} if is_system else {})}
    with house.session() as session:
        before, entry = rows_of(session), last_entry(session)
    for rule, method in rules(house.app, PUBLIC, PATIENT, STAFF, API):
        if method == "GET":
            for more in ({}, {"HX-Request": "true"}):
                visitor.client.get(house.address(rule), headers={**headers, **more}, buffered=True)
    with house.session() as session:
        assert rows_of(session) == before
        left = set(session.scalars(select(AuditEntry.action).where(AuditEntry.id > entry)))
    assert left <= TRACES, f"reading left {left - TRACES} in the log"
