"""Scenes of the staff's tests. Each leaves no transaction open: on SQLite the pages would wait for it."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.clinic.models import Service
from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.clock import now as clock_now
from loyalty.patients.models import Patient
from loyalty.points.models import LedgerEntry
from loyalty.referrals.operations import attribute
from loyalty.settlement.operations import register_visit
from loyalty.settlement.rules import Line, Paid
from loyalty.visits.operations import book_visit, mark_arrived, request_appointment
from tests.support.acting import commit
from tests.support.cast import person
from tests.support.visitor import FormOnPage, Page, Visitor, seen

DAY = timedelta(days=1)


def someone(house: Session, name: str = "Nguyễn Thị Mai", now: datetime | None = None, **more: Any) -> int:
    """A patient of that name; her number."""
    more.setdefault("source_kind", "walk_in")
    patient_id = person(house, name, now or clock_now() - 40 * DAY, **more).id
    house.rollback()
    return patient_id


def invited(house: Session, referrer_id: int, name: str = "Daniel Reed", **more: Any) -> tuple[int, int]:
    """A friend sent by a patient: (friend, referral)."""
    friend_id = someone(house, name, source_kind=None)
    now = more.pop("now", None) or clock_now() - DAY
    referral = attribute(
        house,
        friend_id=friend_id,
        referrer_id=referrer_id,
        origin="link",
        actor=Actor("friend"),
        now=now,
        **more,
    )
    commit(house, now)
    found = referral.id
    house.rollback()
    return friend_id, found


def booked(house: Session, patient_id: int, at: datetime | None = None) -> int:
    """A booked visit, within the next minute unless said otherwise."""
    now = clock_now()
    visit = book_visit(
        house, patient_id=patient_id, scheduled_at=at or now + timedelta(seconds=50), actor=SYSTEM, now=now
    )
    commit(house)
    visit_id = visit.id
    house.rollback()
    return visit_id


def arrived(house: Session, patient_id: int) -> int:
    visit_id = booked(house, patient_id)
    mark_arrived(house, visit_id=visit_id, actor=SYSTEM, now=clock_now())
    commit(house)
    return visit_id


def completed(house: Session, patient_id: int, amount: int = 1_000_000, now: datetime | None = None) -> int:
    """A paid visit of one service."""
    at = now or clock_now() - DAY
    visit_id = register_visit(
        house,
        patient_id=patient_id,
        lines=[Line(service_id(house), amount)],
        payments=[Paid("p1", amount, at)],
        actor=SYSTEM,
        now=at,
    )
    commit(house, at)
    return visit_id


def wish(house: Session, patient_id: int, key: str = "a wish for a time") -> int:
    """An open request for an appointment."""
    request = request_appointment(
        house,
        patient_id=patient_id,
        form_key=key,
        wished_on=date(2030, 1, 3),
        part_of_day="morning",
        actor=Actor("friend"),
        now=clock_now(),
    )
    commit(house)
    request_id = request.id
    house.rollback()
    return request_id


def service_id(house: Session, code: str = "cleaning") -> int:
    found = seen(house, select(Service.id).where(Service.code == code))
    return int(found[0])


def points_of(house: Session, patient_id: int) -> list[tuple[str, int]]:
    """A patient's ledger, oldest first, as (kind, points)."""
    entries = seen(
        house, select(LedgerEntry).where(LedgerEntry.patient_id == patient_id).order_by(LedgerEntry.id)
    )
    return [(entry.kind, entry.points) for entry in entries]


def acts(house: Session, prefix: str) -> list[AuditEntry]:
    """The audit entries whose act begins so, oldest first."""
    return seen(house, select(AuditEntry).where(AuditEntry.action.startswith(prefix)).order_by(AuditEntry.id))


def patient_now(house: Session, patient_id: int) -> Patient:
    found: Patient = seen(house, select(Patient).where(Patient.id == patient_id))[0]
    return found


def at_once(calls: Sequence[tuple[Visitor, str, dict[str, str]]]) -> list[int]:
    """Several people press their buttons in the same moment; the statuses they get, in order."""
    gate = Barrier(len(calls))

    def press(call: tuple[Visitor, str, dict[str, str]]) -> int:
        visitor, path, values = call
        gate.wait()
        return visitor.client.post(
            path, data=values, headers=visitor.headers, base_url=visitor.base
        ).status_code

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(press, calls))


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements that pages send while the block runs."""
    from web.extensions import db

    with app.app_context():
        engine = db.engine
    sent: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    yield sent
    event.remove(engine, "before_cursor_execute", keep)


def token_of(page: Page) -> str:
    """The token of any form on a page."""
    node = page.tree.css_first("input[name=csrf_token]")
    assert node is not None
    return node.attributes["value"] or ""


def bill(visitor: Visitor, house: Session, subject: str, amount: str = "1000000", **more: str) -> FormOnPage:
    """The page's form with one line of cleaning."""
    line = {"lines-0-service": str(service_id(house)), "lines-0-amount": amount}
    return own_form(visitor.get(f"/admin/visits/new?{subject}")).fill(**line, **more)


def own_form(page: Page) -> FormOnPage:
    """The page's first form that posts, leaving aside those of the frame around it."""
    node = page.tree.css_first("main form[method=post]")
    assert node is not None
    return page.form(node.attributes["action"])
