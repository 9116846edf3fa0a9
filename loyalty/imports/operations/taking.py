"""Taking rows one after the other, alike for an import and for its rehearsal, which only looks (I1)."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.imports.operations.writing import Writer, known_after
from loyalty.imports.queries.book import Book
from loyalty.imports.rules.known import KnownVisit, Person, UnfitError
from loyalty.imports.rules.names import same_name
from loyalty.imports.rules.outcome import Outcome, PatientData, Reject, Repeat, Row, VisitData
from loyalty.imports.rules.people_plan import changes_of, new_person
from loyalty.imports.rules.visit_plan import (
    CHANGED,
    CREATED,
    REJECTED,
    RESULTS,
    UNCHANGED,
    Act,
    plan_refund,
    plan_visit,
)
from loyalty.kernel.actor import Actor
from loyalty.kernel.events import attempt
from loyalty.kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken: its line, the reason, our field if one is wrong, its cells as they stood."""

    line: int
    code: str
    field: str | None
    cells: tuple[str, ...]


@dataclass(slots=True)
class Taken:
    """What became of rows: how many of each result, and those not taken."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RESULTS, 0))
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, result: str) -> None:
        self.counts[result] += 1

    def reject(self, row: Row | Reject, code: str, name: str | None) -> None:
        self.add(REJECTED)
        self.rejected.append(Rejected(row.line, code, name, row.cells))


class Taker:
    """Takes the rows of one file, in the order of the file."""

    def __init__(self, setup: Programme) -> None:
        self.setup = setup
        self._book = Book()

    def take(self, session: Session, outcomes: Sequence[Outcome], *, actor: Actor, now: datetime) -> Taken:
        """Write these rows in the caller's transaction; a bad one fails alone.

        A caller that rolls back instead of committing must begin the file anew with another Taker.
        """
        taken = self._take(session, outcomes, Writer(session, self.setup, actor, now), now)
        self._book.forget()
        return taken

    def rehearse(self, session: Session, outcomes: Sequence[Outcome], *, now: datetime) -> Taken:
        """What :meth:`take` would do with these rows, after all those rehearsed before; writes nothing."""
        return self._take(session, outcomes, None, now)

    def pass_over(self, session: Session, outcomes: Iterable[Outcome]) -> None:
        """Rows that an earlier run has taken: learn again whom this file's names mean, write nothing."""
        rows = [row for row in _rows(outcomes) if row.patient.external_id is None]
        self._book.meet(session, rows)
        for row in rows:
            try:
                person = self._person_of(row, self._visit_of(row))
            except UnfitError:
                continue
            if person is not None:
                self._book.remember(row.patient, person)
        self._book.forget()

    def people_of(self, session: Session, outcomes: Sequence[Outcome]) -> dict[int, PatientData]:
        """Whom rows that are in mean: the patient's id, and the first row that says who sent her."""
        rows = _rows(outcomes)
        self._book.meet(session, rows)
        found: dict[int, PatientData] = {}
        for row in rows:
            try:
                person = self._person_of(row, self._visit_of(row))
            except UnfitError:
                continue
            if person is None or person.id is None:
                continue
            if person.id not in found or not found[person.id].referrer:
                found[person.id] = row.patient
        self._book.forget()
        return found

    def _take(
        self, session: Session, outcomes: Sequence[Outcome], writer: Writer | None, now: datetime
    ) -> Taken:
        taken = Taken()
        self._book.meet(session, _rows(outcomes))
        today = self.setup.calendar.day_of(now)
        for number, outcome in enumerate(outcomes, 1):
            match outcome:
                case Row():
                    if not self._take_row(outcome, writer, today, taken):
                        self._book.meet(session, _rows(islice(outcomes, number, None)))
                case Reject():
                    taken.reject(outcome, outcome.code, outcome.field)
                case Repeat():
                    taken.add(UNCHANGED)
        return taken

    def _take_row(self, row: Row, writer: Writer | None, today: date, taken: Taken) -> bool:
        """False when the programme refused: what the book knows must be read anew."""
        try:
            plan = self._plan(row, today)
            if writer is not None and plan.writes:
                # What is refused has changed nothing; only of several acts the first must be undone.
                with attempt(writer.session) if plan.acts > 1 else nullcontext():
                    plan.visit_id = self._write(writer, row, plan)
            self._learn(row, plan)
            taken.add(plan.result)
        except UnfitError as unfit:
            taken.reject(row, unfit.code, unfit.field)
        except Refusal as refusal:
            # Somebody at the desk was quicker: what was known of this row is no longer true.
            assert writer is not None
            writer.forget()
            self._book.forget()
            taken.reject(row, refusal.code, None)
            return False
        return True

    def _plan(self, row: Row, today: date) -> "_Plan":
        """Everything that can speak against a row does so here, before anything is written."""
        data, visit = row.patient, row.visit
        known = self._visit_of(row)
        person = self._person_of(row, known)
        if person is None:
            person = new_person(data, today)
            return _Plan(person, True, {}, self._act(visit, known, person))
        changes = changes_of(person, data, today, authority=visit is None)
        return _Plan(person, False, changes, self._act(visit, known, person))

    def _write(self, writer: Writer, row: Row, plan: "_Plan") -> int | None:
        if plan.is_new:
            writer.create(plan.person, row.patient)
        elif plan.changes:
            writer.change(plan.person, plan.changes)
        if row.visit is None or plan.act is None or plan.act.kind == "nothing":
            return None
        return writer.do(plan.act, row.visit, plan.person)

    def _learn(self, row: Row, plan: "_Plan") -> None:
        person = plan.person
        if plan.is_new:
            self._book.add(person)
        if plan.changes:
            phone, name = person.phone, person.name
            for changed, value in plan.changes.items():
                setattr(person, changed, value)
            self._book.moved(person, phone, name)
        self._book.remember(row.patient, person)
        act, visit = plan.act, row.visit
        if act is None or visit is None or act.kind == "nothing":
            return
        if act.kind == "refund":
            self._book.refunds[visit.external_id] = act.amount_minor
        self._book.add_visit(known_after(act, visit, person, plan.visit_id))

    def _act(self, visit: VisitData | None, known: KnownVisit | None, person: Person) -> Act | None:
        if visit is None:
            return None
        if visit.status == "refund":
            counted = self._book.refunds.get(visit.external_id)
            return plan_refund(visit, counted, self._book.visits_of(person))
        return plan_visit(visit, known, self.setup.calendar.day_of)

    def _visit_of(self, row: Row) -> KnownVisit | None:
        if row.visit is None or row.visit.status == "refund":
            return None
        return self._book.visits.get(row.visit.external_id)

    def _person_of(self, row: Row, known: KnownVisit | None) -> Person | None:
        """Whom the row means. A visit known by its own id says it before any name does. Raises UnfitError."""
        data = row.patient
        if known is None:
            return self._book.person_for(data)
        if data.external_id is None:
            derived = row.visit is not None and row.visit.derived_id
            if derived or data.name is None or same_name(known.person.name, data.name):
                return known.person
        elif known.person.external_id == data.external_id or (
            known.person.external_id is None and self._book.person_of_id(data.external_id) is None
        ):
            return known.person
        raise UnfitError("visit_of_another", "patient")


@dataclass(slots=True)
class _Plan:
    """What a row leads to, before it is done."""

    person: Person
    is_new: bool
    changes: dict[str, Any]
    act: Act | None
    visit_id: int | None = None

    @property
    def writes(self) -> bool:
        return self.acts > 0

    @property
    def acts(self) -> int:
        """How many operations it takes: on the record, on the visit, and a move of a visit just booked."""
        kind = "nothing" if self.act is None else self.act.kind
        is_first = self.act is None or self.act.visit is None
        moves = is_first and kind in ("arrived", "cancelled", "no_show")
        return (self.is_new or bool(self.changes)) + (kind != "nothing") + moves

    @property
    def result(self) -> str:
        if self.act is not None and self.act.result != UNCHANGED:
            return self.act.result
        if self.act is None and self.is_new:
            return CREATED
        return CHANGED if self.changes else UNCHANGED


def _rows(outcomes: Iterable[Outcome]) -> list[Row]:
    return [outcome for outcome in outcomes if isinstance(outcome, Row)]
