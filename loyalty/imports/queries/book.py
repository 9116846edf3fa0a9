"""The book of who and what is known while a file is taken: filled for many rows at once (I1)."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from loyalty.imports.queries import known
from loyalty.imports.rules.known import KnownVisit, Person, UnfitError
from loyalty.imports.rules.outcome import PatientData, Row
from loyalty.imports.rules.people_plan import one_of
from loyalty.kernel.contacts import search_key


class Book:
    """Finds the person and the visit of a row. ``meet`` reads for the next rows, ``forget`` lets them go.

    A rehearsal keeps everything instead, since the tables never learn what its rows would have made.
    """

    def __init__(self) -> None:
        self.visits: dict[str, KnownVisit] = {}
        self.refunds: dict[str, int] = {}
        self._by_id: dict[int, Person] = {}
        self._by_external: dict[str, Person] = {}
        self._by_phone: dict[str, list[Person]] = {}
        self._by_name: dict[str, list[Person]] = {}
        self._by_key: dict[str, Person] = {}
        self._visits_of: dict[Person, dict[str, KnownVisit]] = {}
        #: Whom a key of the file means; kept to the file's end, two spellings of a name lead here.
        self._id_of_key: dict[str, int] = {}

    def meet(self, session: Session, rows: Sequence[Row]) -> None:
        """Read what is known of these rows' people and visits, with a handful of statements."""
        people = [row.patient for row in rows]
        anonymous = [person for person in people if person.external_id is None]
        visits = [row.visit for row in rows if row.visit is not None]
        unmet = self._unmet({visit.external_id for visit in visits}, self.visits)
        found = known.visits_with_external_ids(session, unmet)
        ids = {row.patient_id for row in found}
        ids |= {self._id_of_key[p.key] for p in anonymous if p.key in self._id_of_key}
        self._add_all(known.people_with_ids(session, self._unmet(ids, self._by_id)))
        self._add_all(
            known.people_with_external_ids(
                session, self._unmet({p.external_id for p in people if p.external_id}, self._by_external)
            )
        )
        self._add_all(known.people_with_phones(session, {p.phone for p in people if p.phone}))
        nameless = {search_key(p.name) for p in anonymous if p.name and not p.phone}
        self._add_all(known.people_without_phone(session, nameless))
        for person in anonymous:
            if person.key not in self._by_key and person.key in self._id_of_key:
                self._by_key[person.key] = self._by_id[self._id_of_key[person.key]]
        self._add_visits(found)
        self._meet_refunds(session, rows)

    def _meet_refunds(self, session: Session, rows: Sequence[Row]) -> None:
        refunds = [row for row in rows if row.visit is not None and row.visit.status == "refund"]
        if not refunds:
            return
        keys = {row.visit.external_id for row in refunds if row.visit is not None}
        counted = known.refunds_with_external_ids(session, self._unmet(keys, self.refunds))
        self.refunds = {**counted, **self.refunds}
        people = {person for row in refunds if (person := self._quietly(row.patient)) is not None}
        self._add_visits(known.completed_visits_of(session, {p.id for p in people if p.id is not None}))

    def _quietly(self, data: PatientData) -> Person | None:
        try:
            return self.person_for(data)
        except UnfitError:
            return None

    @staticmethod
    def _unmet(wanted: Iterable[Any], met: dict[Any, Any]) -> set[Any]:
        return {key for key in wanted if key not in met}

    def _add_all(self, people: Iterable[Person]) -> None:
        for person in people:
            if person.id not in self._by_id:
                self.add(person)

    def add(self, person: Person) -> None:
        """Take a person up under every sign she may be known by."""
        if person.id is not None:
            self._by_id[person.id] = person
        if person.external_id:
            self._by_external[person.external_id] = person
        if person.is_merged:
            return
        if person.phone:
            self._by_phone.setdefault(person.phone, []).append(person)
        else:
            self._by_name.setdefault(search_key(person.name), []).append(person)

    def _add_visits(self, rows: Iterable[Any]) -> None:
        for row in rows:
            external_id = row.external_id or f"#{row.id}"
            if external_id in self.visits or row.patient_id not in self._by_id:
                continue
            self.add_visit(
                KnownVisit(
                    row.id, external_id, self._by_id[row.patient_id], row.status, known.moment_of(row),
                    row.gross_minor, row.due_minor, row.paid_minor, row.refunded_minor,
                )
            )  # fmt: skip

    def add_visit(self, visit: KnownVisit) -> None:
        self.visits[visit.external_id] = visit
        self._visits_of.setdefault(visit.person, {})[visit.external_id] = visit

    def visits_of(self, person: Person) -> Iterable[KnownVisit]:
        """The visits met so far of a person."""
        return self._visits_of.get(person, {}).values()

    def remember(self, data: PatientData, person: Person) -> None:
        """From now on this file's key means this person."""
        if data.external_id is not None:
            self._by_external[data.external_id] = person
            return
        self._by_key[data.key] = person
        if person.id is not None:
            self._id_of_key[data.key] = person.id

    def moved(self, person: Person, phone: str | None, name: str) -> None:
        """A person's phone or name has changed from these."""
        index, sign = (self._by_phone, phone) if phone else (self._by_name, search_key(name))
        people = index.get(sign or "", [])
        if person in people:
            people.remove(person)
        self.add(person)

    def person_for(self, data: PatientData) -> Person | None:
        """Whom a row means; None for somebody new. Raises UnfitError (I1)."""
        if data.external_id is not None:
            person = self._by_external.get(data.external_id) or self._without_id(data)
        else:
            person = self._by_key.get(data.key) or self._by_signs(data)
        if person is not None and person.is_merged:
            raise UnfitError("patient_merged", "patient")
        return person

    def person_of_id(self, external_id: str) -> Person | None:
        """Who has this external id, as far as she has been met."""
        return self._by_external.get(external_id)

    def _without_id(self, data: PatientData) -> Person | None:
        """Somebody who came by the desk before the file gave her an id."""
        if not (data.phone and data.name):
            return None
        family = self._by_phone.get(data.phone, ())
        return one_of((p for p in family if p.external_id is None), data, exact=False)

    def _by_signs(self, data: PatientData) -> Person | None:
        if data.name is None:
            family = self._by_phone.get(data.phone or "", [])
            if len(family) > 1:
                raise UnfitError("patient_ambiguous", "phone")
            return family[0] if family else None
        if data.phone:
            return one_of(self._by_phone.get(data.phone, ()), data, exact=False)
        # A bare name is a weak sign: without a phone the birth date must be the very same.
        return one_of(self._by_name.get(search_key(data.name), ()), data, exact=True)

    def forget(self) -> None:
        """Let go of everything the tables know by now."""
        for index in (
            self.visits, self.refunds, self._by_id, self._by_external, self._by_phone, self._by_name,
            self._by_key, self._visits_of,
        ):  # fmt: skip
            index.clear()
