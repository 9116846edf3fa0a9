"""A rehearsal of an import: exactly what it would do, written nowhere (I1)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.imports.operations.taking import Rejected, Taker
from loyalty.imports.queries.sheets import chunks
from loyalty.imports.rules.outcome import Outcome, Row, Skip
from loyalty.imports.rules.progress import ROWS_AT_ONCE
from loyalty.imports.rules.reading import Sheet
from loyalty.imports.rules.visit_plan import RESULTS

_SHOWN_ROWS = 10
_SHOWN_REJECTS = 50


@dataclass(slots=True)
class Rehearsal:
    """What the rows of a file would come to; ``is_whole`` is False when only its beginning was looked at."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RESULTS, 0))
    warnings: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    rows: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    is_whole: bool = True


def rehearse(
    session: Session,
    sheet: Sheet,
    *,
    setup: Programme,
    now: datetime,
    limit: int | None = None,
    each_rejected: Callable[[Rejected], None] | None = None,
) -> Rehearsal:
    """Look at the rows of a file as an import would, at most ``limit`` of them.

    Keeps the first few rows and rejected rows; ``each_rejected`` is given all of them.
    """
    found, taker, seen = Rehearsal(), Taker(setup), 0
    for outcomes in chunks(sheet, ROWS_AT_ONCE):
        if limit is not None and seen >= limit:
            found.is_whole = False
            break
        seen += len(outcomes)
        taken = taker.rehearse(session, outcomes, now=now)
        for result, number in taken.counts.items():
            found.counts[result] += number
        for rejected in taken.rejected:
            if each_rejected is not None:
                each_rejected(rejected)
        found.rejected += taken.rejected[: _SHOWN_REJECTS - len(found.rejected)]
        _look(found, outcomes)
    return found


def _look(found: Rehearsal, outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, Skip):
            found.skipped += 1
        elif isinstance(outcome, Row):
            found.warnings.update({remark.code for remark in outcome.warnings})
            if len(found.rows) < _SHOWN_ROWS:
                found.rows.append(outcome)
