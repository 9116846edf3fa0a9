"""Doing what a row asks for, by the same operations as the desk; quiet, since history sends no message."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.clinic.operations import branch_of, doctor_of, service_of
from loyalty.clinic.queries import Programme
from loyalty.imports.rules.known import KnownVisit, Person
from loyalty.imports.rules.outcome import PatientData, VisitData
from loyalty.imports.rules.sources import source_of
from loyalty.imports.rules.visit_plan import Act, planned_at
from loyalty.kernel.actor import Actor
from loyalty.patients.models import Patient
from loyalty.patients.operations import change_patient, create_patient
from loyalty.settlement.operations import pay_visit, register_visit
from loyalty.settlement.rules import Line, Paid
from loyalty.visits import operations as visits

ORIGIN = "import"
#: The service of a visit of which the file names none.
UNNAMED_SERVICE = "visit"
LONGEST_CODE = 80
LONGEST_BRANCH = 40
LONGEST_SPECIALTY = 60


class Writer:
    """Writes rows of one transaction; remembers the catalogue's ids it has met."""

    def __init__(self, session: Session, setup: Programme, actor: Actor, now: datetime) -> None:
        self.session = session
        self.setup = setup
        self.actor = actor
        self.now = now
        self._ids: dict[tuple[str, str], int] = {}

    def create(self, person: Person, data: PatientData) -> None:
        """Make the record; who sent her is looked up when all rows are in."""
        source = source_of(data)
        made = create_patient(
            self.session, name=person.name, phone=person.phone, email=person.email,
            birth_date=person.birth_date, sex=person.sex, language=person.language, tags=person.tags,
            external_id=person.external_id, deceased_on=person.deceased_on, source_kind=source.kind,
            source_channel=source.text, region=self.setup.preset.region, quiet=True,
            actor=self.actor, now=self.now,
        )  # fmt: skip
        person.id = made.id

    def change(self, person: Person, changes: dict[str, Any]) -> None:
        """Change a record; before and after are audited (A1)."""
        given = dict(changes)
        if "tags" in given:
            given["tags"] = list(given["tags"])
        patient = self.session.get_one(Patient, person.id)
        change_patient(
            self.session, patient=patient, changes=given, region=self.setup.preset.region,
            actor=self.actor, now=self.now,
        )  # fmt: skip

    def do(self, act: Act, data: VisitData, person: Person) -> int | None:
        """Do one act for a person's visit; the visit's id, None where it is not needed any more."""
        if act.kind == "complete":
            return self._complete(act, data, person)
        if act.kind == "refund":
            return self._refund(act, data)
        if act.kind == "pay":
            return self._pay(act, data)
        if act.kind == "time":
            visits.change_time(
                self.session, visit_id=_id_of(act), scheduled_at=planned_at(data), actor=self.actor,
                now=self.now,
            )  # fmt: skip
            return _id_of(act)
        return self._book_and_move(act, data, person)

    def _complete(self, act: Act, data: VisitData, person: Person) -> int:
        paid_at = data.completed_at or data.visited_at
        return register_visit(
            self.session, patient_id=_known(person), visit_id=act.visit.id if act.visit else None,
            lines=[Line(self._service(data), act.amount_minor)],
            payments=[Paid(ORIGIN, act.paid_minor, paid_at)] if act.paid_minor else [],
            scheduled_at=data.scheduled_at, arrived_at=data.arrived_at, completed_at=paid_at,
            doctor_id=self._named("doctor", data.doctor), branch_id=self._named("branch", data.branch),
            follow_up_on=data.follow_up_on, external_id=data.external_id, origin=ORIGIN, quiet=True,
            actor=self.actor, now=self.now,
        )  # fmt: skip

    def _pay(self, act: Act, data: VisitData) -> int:
        assert act.visit is not None
        # The sum so far names the payment: the same file again is the same payment (I1).
        payment_id = f"{ORIGIN}:{act.visit.paid_minor + act.amount_minor}"
        payment = Paid(payment_id, act.amount_minor, data.completed_at or data.visited_at)
        pay_visit(
            self.session, visit_id=_id_of(act), payment=payment, quiet=True, actor=self.actor, now=self.now
        )
        return _id_of(act)

    def _refund(self, act: Act, data: VisitData) -> int:
        visits.refund_visit(
            self.session, visit_id=_id_of(act), key=data.external_id, amount_minor=act.amount_minor,
            refunded_at=data.visited_at, quiet=True, actor=self.actor, now=self.now,
        )  # fmt: skip
        return _id_of(act)

    def _book_and_move(self, act: Act, data: VisitData, person: Person) -> int:
        visit_id = act.visit.id if act.visit else None
        if visit_id is None:
            visit_id = visits.book_visit(
                self.session, patient_id=_known(person), scheduled_at=planned_at(data),
                doctor_id=self._named("doctor", data.doctor), branch_id=self._named("branch", data.branch),
                external_id=data.external_id, origin=ORIGIN, quiet=True, actor=self.actor, now=self.now,
            ).id  # fmt: skip
        if act.kind == "arrived":
            visits.mark_arrived(
                self.session, visit_id=visit_id, at=data.arrived_at or data.visited_at, quiet=True,
                actor=self.actor, now=self.now,
            )  # fmt: skip
        elif act.kind != "book":
            end = visits.cancel_visit if act.kind == "cancelled" else visits.mark_no_show
            end(self.session, visit_id=visit_id, quiet=True, actor=self.actor, now=self.now)
        return visit_id

    def _service(self, data: VisitData) -> int:
        """The service of that text; an unknown one is created "to review", in the file's specialty."""
        specialty = (data.specialty or "")[:LONGEST_SPECIALTY]
        code = _code(data.service or data.specialty or UNNAMED_SERVICE, LONGEST_CODE)
        return self._met("service", code, lambda: service_of(self.session, code, specialty=specialty).id)

    def _named(self, kind: str, text: str | None) -> int | None:
        if not text:
            return None
        if kind == "doctor":
            doctor = _code(text, LONGEST_CODE)
            return self._met(kind, doctor, lambda: doctor_of(self.session, doctor).id)
        branch = _code(text, LONGEST_BRANCH)
        return self._met(kind, branch, lambda: branch_of(self.session, branch).id)

    def _met(self, kind: str, code: str, find: Callable[[], int]) -> int:
        if (kind, code) not in self._ids:
            self._ids[kind, code] = find()
        return self._ids[kind, code]

    def forget(self) -> None:
        """A row was undone, and with it perhaps what it added to the catalogue."""
        self._ids.clear()


def _known(person: Person) -> int:
    assert person.id is not None, "a visit of somebody who has no record yet"
    return person.id


def _id_of(act: Act) -> int:
    assert act.visit is not None
    assert act.visit.id is not None
    return act.visit.id


def _code(text: str, longest: int) -> str:
    """The text as a code; of two long ones that begin alike each keeps its own."""
    if len(text) <= longest:
        return text
    mark = hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
    return f"{text[: longest - len(mark) - 1]}~{mark}"


def known_after(act: Act, data: VisitData, person: Person, visit_id: int | None) -> KnownVisit:
    """The visit as it is known once an act is done."""
    visit = act.visit or KnownVisit(visit_id, data.external_id, person, "", planned_at(data))
    if act.kind == "complete":
        visit.status, visit.at = "completed", data.completed_at or data.visited_at
        visit.gross_minor = visit.due_minor = act.amount_minor
        visit.paid_minor = act.paid_minor
    elif act.kind == "pay":
        visit.paid_minor += act.amount_minor
    elif act.kind == "refund":
        visit.refunded_minor += act.amount_minor
    elif act.kind in ("book", "time"):
        visit.status, visit.at = "booked", planned_at(data)
    elif act.kind != "nothing":
        visit.status = act.kind
    return visit
