"""A clinic in which there is so much of everything: for counting what pages cost as their lists grow."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.imports import run_import
from loyalty.access.operations import start_session
from loyalty.clinic.operations import create_staff
from loyalty.imports.operations import hand_in, start_batch
from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.clock import Month
from loyalty.kernel.localized import LocalizedText
from loyalty.leaderboard.operations import draft_board, propose_nickname, publish_board
from loyalty.patients.models import Patient
from loyalty.referrals.models import Milestone, Referral
from loyalty.referrals.operations import attribute
from loyalty.referrals.queries import code_of
from loyalty.settlement.rules import Line
from loyalty.tiers.operations import save_benefit
from loyalty.tiers.rules import TIERS
from loyalty.visits.models import Visit
from loyalty.visits.operations import book_visit, mark_arrived, refund_visit, request_appointment
from tests.portal.scenes import be_listed
from tests.site.gifts import give
from tests.site.house import MORNING, ROLES, House
from tests.site.money import asked_points, draft_rule, refused_points
from tests.support.acting import commit
from tests.support.cast import complete, introduce, open_clinic, person, service
from web.extensions import db

MONTHS = (Month(2026, 8), Month(2026, 9), Month(2026, 10))


def gather(app: Flask, rows: int) -> House:
    """``rows`` of everything that any page lists; Mai is the patient in the middle."""
    with app.app_context():
        session = Session(db.engine, expire_on_commit=False)
        open_clinic(session)
        mai = person(session, "Nguyễn Thị Mai", MORNING - timedelta(days=400))
        newcomer = person(session, "Bùi Thảo Vy", MORNING)
        for number in range(rows):
            _milestone(session, number)
            _life_of(session, mai, number)
            _friends_of(session, mai, number)
            _desk(session, number)
        staff = {role: _staff(session, role, rows) for role in ROLES}
        rule_id = [_points(session, mai.id, staff["manager"], number) for number in range(rows)][-1]
        gifts, promo = [give(session, mai.id, MORNING, number) for number in range(rows)][-1]
        _boards(session, rows)
        batch = [_import(session) for _ in range(rows)][-1]
        people = {"mai": mai.id, "vy": newcomer.id, **staff}
        benefit_id = [_benefit(session, number) for number in range(rows)][-1]
        places = {**_places(session, people, batch), **gifts, "rule_id": rule_id}
        places |= {"tier": "gold", "benefit_id": benefit_id}
        session.close()
        db.session.remove()
    own_places: dict[str, dict[str, Any]] = {
        "portal.public_board": {"month": str(MONTHS[2])},
        "admin.promo_code": {"voucher_id": promo},
    }
    return House(app, people, places, own_places, "")


def _milestone(session: Session, number: int) -> None:
    text = LocalizedText.of(f"Gift {number}")
    session.add(Milestone(friends=10 + number, icon="gift", name=text, short_name=text))
    commit(session)


def _life_of(session: Session, patient: Patient, number: int) -> None:
    """A paid visit with two lines and a refund, a booked one, a browser, a wish, a proposed name."""
    at = MORNING - timedelta(days=60 + number)
    one = service(session)
    visit_id = complete(
        session, patient, 2_000_000, at, lines=[Line(one.id, 1_500_000), Line(one.id, 500_000)]
    )
    refund_visit(session, visit_id=visit_id, key=f"r{number}", amount_minor=1000, actor=SYSTEM, now=at)
    book_visit(
        session,
        patient_id=patient.id,
        scheduled_at=MORNING + timedelta(days=2 + number),
        actor=SYSTEM,
        now=at,
    )
    start_session(session, kind="patient", person_id=patient.id, device="phone", now=MORNING)
    _wish(session, patient, number)
    commit(session, at)


def _wish(session: Session, patient: Patient, number: int) -> None:
    request_appointment(
        session, patient_id=patient.id, form_key=f"wish of {patient.id}, number {number}", wished_on=None,
        part_of_day="any", actor=Actor("friend"), now=MORNING - timedelta(hours=1 + number),
    )  # fmt: skip


def _friends_of(session: Session, referrer: Patient, number: int) -> None:
    """A friend at each stage, one that needs a second look, and one helped in each month of the boards."""
    friends = {
        stage: person(session, f"{stage} {number}")
        for stage in ("registered", "booked", "arrived", "qualified")
    }
    for friend in friends.values():
        introduce(session, referrer, friend, MORNING - timedelta(days=1))
    book_visit(session, patient_id=friends["booked"].id, scheduled_at=MORNING, actor=SYSTEM, now=MORNING)
    _arrived(session, friends["arrived"])
    complete(session, friends["qualified"], now=MORNING)
    flagged = person(session, f"flagged {number}")
    attribute(
        session, friend_id=flagged.id, referrer_id=referrer.id, origin="link", same_device=True,
        actor=Actor("friend"), now=MORNING,
    )  # fmt: skip
    commit(session, MORNING)


def _arrived(session: Session, patient: Patient) -> None:
    visit = book_visit(session, patient_id=patient.id, scheduled_at=MORNING, actor=SYSTEM, now=MORNING)
    mark_arrived(session, visit_id=visit.id, actor=SYSTEM, now=MORNING)
    commit(session, MORNING)


def _desk(session: Session, number: int) -> None:
    """People on their own: booked, here, done and waiting for an answer today; one who helps friends."""
    helper = person(session, f"Helper {number}", MORNING - timedelta(days=300))
    be_listed(session, helper, f"Sen {'abc'[number]}")
    for month in MONTHS:
        at = MORNING.replace(year=month.year, month=month.number)
        friend = person(session, f"Friend {month} {number}", at)
        introduce(session, helper, friend, at)
        complete(session, friend, now=at)
    shy = person(session, f"Shy {number}")
    propose_nickname(
        session, patient_id=shy.id, nickname=f"Mây {'abc'[number]}", real_name_allowed=False,
        actor=Actor("patient", shy.id), now=MORNING,
    )  # fmt: skip
    _wish(session, shy, number)
    book_visit(
        session, patient_id=shy.id, scheduled_at=MORNING + timedelta(hours=1), actor=SYSTEM, now=MORNING
    )
    _arrived(session, person(session, f"Here {number}"))
    complete(session, person(session, f"Done {number}"), now=MORNING)
    commit(session, MORNING)


def _staff(session: Session, role: str, rows: int) -> int:
    for number in range(rows):
        made, _ = create_staff(
            session, email=f"{role}{number}@clinic.example", name=f"{role} {number}", role=role, actor=SYSTEM,
            now=MORNING,
        )  # fmt: skip
    commit(session, MORNING)
    return made.id


def _boards(session: Session, rows: int) -> None:
    """One published board, or three."""
    for month in MONTHS[-rows:]:
        for act in (draft_board, publish_board):
            act(session, month=month, actor=SYSTEM, now=MORNING)
            commit(session, MORNING)


def _import(session: Session) -> int:
    lines = ["Patient ID,Name,Phone", "", "P-1,,no phone"]
    batch = hand_in(
        session,
        kind="patients",
        filename="p.csv",
        content="\n".join(lines).encode(),
        actor=SYSTEM,
        now=MORNING,
    )
    batch_id = batch.id
    start_batch(session, batch_id=batch_id, actor=SYSTEM, now=MORNING)
    commit(session, MORNING)
    assert run_import(batch_id, now=MORNING) == "done"
    return batch_id


def _points(session: Session, patient_id: int, staff_id: int, number: int) -> int:
    """A draft of a rule, a change of points that waits and one that was refused; the rule's number."""
    asked_points(session, patient_id, f"asked {number}", MORNING)
    refused_points(session, patient_id, f"refused {number}", staff_id, MORNING)
    return draft_rule(session, f"DOUBLE-{number}", MORNING)


def _benefit(session: Session, number: int) -> int:
    name = LocalizedText.of(f"Benefit {number}")
    found = [save_benefit(session, tier=tier, name=name, actor=SYSTEM, now=MORNING) for tier in TIERS]
    commit(session, MORNING)
    return found[-1].id


def _places(session: Session, people: dict[str, int], batch_id: int) -> dict[str, Any]:
    code = code_of(session, people["mai"])
    assert code is not None
    visits = select(Visit.id).where(Visit.patient_id == people["mai"], Visit.status == "completed")
    found = {
        "patient_id": people["mai"], "staff_id": people["care"], "visit_id": session.scalars(visits).first(),
        "referral_id": session.scalars(select(Referral.id).where(Referral.stage == "qualified")).first(),
        "month": str(MONTHS[2]), "code": code.code, "key": "points.value", "batch_id": batch_id,
        "token": "none", "filename": "css/app.css", "name": "htmx.min.js", "external_id": "none",
    }  # fmt: skip
    session.commit()
    return found
