"""The demo clinic as the laws meet it: browsers of its people, an object of each kind for addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from demo.clockwork import catch_up
from demo.load import load
from jobs.imports import run_import
from loyalty.access.models import LoginSession
from loyalty.access.operations import start_session
from loyalty.access.operations.accounts import renew_password_link
from loyalty.access.operations.keys import create_api_key
from loyalty.clinic.models import Staff
from loyalty.imports.operations import hand_in, start_batch
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import make_engine
from loyalty.messaging.models import Message
from loyalty.patients.models import Patient, PatientStats
from loyalty.referrals.models import Referral
from loyalty.referrals.queries import code_of
from loyalty.tiers.models import Benefit
from loyalty.visits.models import AppointmentRequest, Visit
from tests.site.gifts import give
from tests.site.money import asked_points, draft_rule
from tests.support.acting import commit
from tests.support.visitor import Visitor
from web.extensions import db

#: Wednesday, 10:30 in Nha Trang: the clinic is open, last month's board is there.
MORNING = datetime(2026, 11, 18, 3, 30, tzinfo=UTC)
LAST_MONTH, PUBLISHED_MONTH = "2026-10", "2026-09"
NOT_THERE = 999_999

#: Patients worth reading the portal as: in the middle of everything, and with nothing yet.
PATIENTS = {"mai": "Nguyễn Thị Mai", "vy": "Bùi Thảo Vy"}
ROLES = ("reception", "care", "marketing", "manager", "administrator")
READERS = ("nobody", *PATIENTS, *ROLES)

_FILE = """Patient ID,Name,Phone,Date of birth
P-1,Nguyễn An,0903 555 111,1990-02-03
P-2,,,
P-3,Trần Bình,no phone,2090-01-01
"""


@dataclass
class House:
    """The clinic; ``places`` fills the addresses of routes, ``own_places`` those of one endpoint."""

    app: Flask
    people: dict[str, int]
    places: dict[str, Any]
    own_places: dict[str, dict[str, Any]]
    api_key: str

    def browser_of(self, reader: str, language: str = "en") -> Visitor:
        """A fresh browser that has chosen a language, logged in unless it is nobody's."""
        visitor = Visitor(self.app, language=language)
        visitor.client.set_cookie("language", language)
        if reader != "nobody":
            with self.session() as session:
                visitor.log_in(session, "patient" if reader in PATIENTS else "staff", self.people[reader])
        return visitor

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session of its own on the house's database."""
        engine = make_engine(self.app.config["SQLALCHEMY_DATABASE_URI"])
        with Session(engine) as opened:
            yield opened
        engine.dispose()

    def address(self, rule: Rule, **chosen: Any) -> str:
        """A route's address; what it names exists, unless ``chosen`` says otherwise."""
        known = {**self.places, **self.own_places.get(rule.endpoint, {}), **chosen}
        missing = sorted(rule.arguments - known.keys())
        assert not missing, f"{rule.endpoint}: tests/site/house.py names no {', '.join(missing)}"
        with self.app.test_request_context():
            return url_for(rule.endpoint, **{name: known[name] for name in rule.arguments})


def furnish(app: Flask) -> House:
    """Load the demo clinic and add what it lacks: an import, a key of the medical system, a password link."""
    with app.app_context():
        session = db.session()
        load(session, now=MORNING)
        commit(session, MORNING)
        catch_up(MORNING)
        session = db.session()
        people = _people(session)
        key = create_api_key(session, name="medical system", actor=SYSTEM, now=MORNING)
        link = renew_password_link(session, staff_id=people["care"], actor=SYSTEM, now=MORNING)
        draft, done = (_handed_in(session) for _ in range(2))
        start_batch(session, batch_id=done, actor=SYSTEM, now=MORNING)
        commit(session, MORNING)
        assert run_import(done, now=MORNING) == "done"
        gifts, promo = give(db.session(), people["mai"], MORNING)
        places = {**_places(db.session(), people), **gifts, "token": link, "batch_id": done}
        places["rule_id"] = draft_rule(db.session(), "HOUSE-DOUBLE", MORNING)
        places["entry_id"] = asked_points(db.session(), people["mai"], "a house's entry", MORNING)
        start_session(
            db.session(), kind="patient", person_id=people["vy"], device="another's phone", now=MORNING
        )
        commit(db.session(), MORNING)
        own_places = {
            **_own_places(db.session(), people),
            "admin.promo_code": {"voucher_id": promo},
            "admin.cancel_promo_code": {"voucher_id": promo},
            "admin.import_preview": {"batch_id": draft},
        }
        db.session.remove()
    house = House(app, people, places, own_places, key)
    _call(house, "patients/P-9", {"name": "Hồ An", "phone": "+84903555119"})
    _call(
        house,
        "visits/V-9",
        {"patient": "P-9", "status": "booked", "scheduled_at": "2026-12-01T09:00:00+07:00"},
    )
    for endpoint, path, body in (
        ("api.get_voucher", "vouchers", {"id": "O-9", "kind": "percent", "value": "10"}),
        ("api.get_certificate", "certificates", {"id": "C-9", "amount": "500000"}),
    ):
        house.own_places[endpoint] = {"code": _call(house, path, body, "POST")["code"]}
    return house


def _people(session: Session) -> dict[str, int]:
    patients = {
        key: session.scalars(select(Patient.id).filter_by(name=name)).one() for key, name in PATIENTS.items()
    }
    staff = {role: session.scalars(select(Staff.id).filter_by(role=role)).first() for role in ROLES}
    assert all(staff.values()), staff
    return {**patients, **staff}  # type: ignore[dict-item]


def _handed_in(session: Session) -> int:
    content = _FILE.encode()
    return hand_in(
        session, kind="patients", filename="people.csv", content=content, actor=SYSTEM, now=MORNING
    ).id


def _places(session: Session, people: dict[str, int]) -> dict[str, Any]:
    code = code_of(session, people["mai"])
    assert code is not None
    return {
        "patient_id": people["mai"],
        "staff_id": people["care"],
        "visit_id": _first(session, Visit, status="completed"),
        "referral_id": _first(session, Referral, stage="qualified"),
        "request_id": _first(session, AppointmentRequest, state="open"),
        "message_id": _first(session, Message, state="failed"),
        "session_id": NOT_THERE,
        "month": LAST_MONTH,
        "code": code.code,
        "key": "points.value",
        "purpose": "marketing",
        "tier": "gold",
        "benefit_id": _first(session, Benefit),
        "external_id": "P-9",
        "filename": "css/app.css",
        "name": "htmx.min.js",
    }


def _own_places(session: Session, people: dict[str, int]) -> dict[str, dict[str, Any]]:
    booked = {"visit_id": _first(session, Visit, status="booked")}
    visit, board = {"external_id": "V-9"}, {"month": PUBLISHED_MONTH}
    mais = {"visit_id": _first(session, Visit, status="completed", patient_id=people["mai"])}
    return {
        "portal.statement": mais,
        **dict.fromkeys(("admin.arrive", "admin.cancel", "admin.confirm", "admin.mark_no_show"), booked),
        **dict.fromkeys(("portal.public_board", "portal.leaderboard"), board),
        **dict.fromkeys(("api.get_visit", "api.put_visit", "api.post_refund"), visit),
    }


def _first(session: Session, model: Any, **conditions: Any) -> int:
    return int(session.scalars(select(model.id).filter_by(**conditions).order_by(model.id)).first() or 0)


def _call(house: House, path: str, body: dict[str, Any], method: str = "PUT") -> Any:
    headers = {"Authorization": f"Bearer {house.api_key}"}
    answer = house.app.test_client().open(f"/api/v1/{path}", method=method, json=body, headers=headers)
    assert answer.status_code in (200, 201), answer.text
    return answer.json


def others_objects(house: House) -> dict[str, dict[str, int]]:
    """What belongs to another patient than Mai, by the endpoint that could reach for it."""
    mai = house.people["mai"]
    with house.session() as session:
        booked, completed = (
            session.scalars(select(Visit).where(Visit.patient_id != mai, Visit.status == status)).first()
            for status in ("booked", "completed")
        )
        login = session.scalars(select(LoginSession.id).where(LoginSession.patient_id != mai)).first()
        assert booked
        assert completed
        assert login
        gifts, _promo = give(session, _somebody_with_points(session, mai), MORNING, number=7)
        visits = {"portal.confirm_visit": booked.id, "portal.statement": completed.id}
    # Rewards are nobody's: what another has in place of one is that there is none.
    objects = {"portal.end_login": {"session_id": login}, **_each("reward_id", NOT_THERE, "reward", "redeem")}
    objects |= {endpoint: {"visit_id": visit_id} for endpoint, visit_id in visits.items()}
    objects |= _each("voucher_id", gifts["voucher_id"], "voucher")
    objects |= _each("redemption_id", gifts["redemption_id"], "redemption", "cancel_redemption")
    certificate = ("certificate", "give_certificate", "certificate_card", "certificate_image")
    return objects | _each("certificate_id", gifts["certificate_id"], *certificate)


def _each(name: str, number: int, *views: str) -> dict[str, dict[str, int]]:
    return {f"portal.{view}": {name: number} for view in views}


def _somebody_with_points(session: Session, other_than: int) -> int:
    rich = select(PatientStats.patient_id).where(
        PatientStats.patient_id != other_than,
        PatientStats.points_balance > PatientStats.points_debt + PatientStats.points_held,
    )
    return session.scalars(rich.order_by(PatientStats.points_balance.desc())).first() or 0
