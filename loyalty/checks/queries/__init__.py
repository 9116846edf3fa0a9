"""Each check is one statement over all patients: the rows it finds are wrong, none is as it should be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from loyalty.checks.queries.books import BOOKS
from loyalty.checks.queries.offers import OFFERS
from loyalty.clinic.queries import Programme, programme

EXAMPLES = 5
CHECKS: Mapping[str, Callable[[Programme], Select[Any]]] = {**BOOKS, **OFFERS}


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found: how many rows are wrong and the ids of some of them."""

    code: str
    count: int
    examples: tuple[int, ...]


def check_all(session: Session) -> list[Checked]:
    """Every check, in the order in which a person should look at what they find."""
    clinic = programme(session)
    return [_checked(session, code, wrong(clinic)) for code, wrong in CHECKS.items()]


def _checked(session: Session, code: str, wrong: Select[Any]) -> Checked:
    rows = wrong.subquery()
    count = session.scalar(select(func.count()).select_from(rows)) or 0
    first = select(rows.c.id).order_by(rows.c.id).limit(EXAMPLES)
    return Checked(code, count, tuple(session.scalars(first)) if count else ())
