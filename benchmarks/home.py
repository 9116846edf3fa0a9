"""The patient's home against five queries by hand and the same template with plain data (path 1).

``python -m benchmarks.home [--database postgresql] [--visits N]``. Gates: at most four statements including
the reader's own, no commit, as many statements for one visit as for ``--visits``; on SQLite at most 2.0 times
the CPU of the floor.
"""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask import Flask, render_template, request
from sqlalchemy.orm import Session

from benchmarks.pages import LANGUAGE, links, plain_app, product_app, statement_count
from benchmarks.support import (
    NOW,
    Caller,
    Gate,
    arguments,
    build_clinic,
    build_patients,
    build_rows,
    driver_connection,
    finish,
    fresh_database,
    judge,
    opened,
)
from loyalty.access.operations import start_session
from loyalty.clinic.models import Doctor
from loyalty.kernel import clock
from loyalty.kernel.localized import LocalizedText
from loyalty.points.models import LedgerEntry, Lot
from loyalty.referrals.models import Milestone
from loyalty.visits.models import Visit

AT_MOST, STATEMENTS = 2.0, 4
FEW, MANY = 1, 2
READER = (
    "SELECT p.id, p.name, p.card_number, t.tier, t.visit_count, t.referral_count, t.points_debt"
    " FROM login_sessions s JOIN patients p ON p.id = s.patient_id"
    " JOIN patient_stats t ON t.patient_id = p.id WHERE s.id = {0}"
)
APPOINTMENT = (
    "SELECT v.id, v.scheduled_at, v.confirmed_at, d.name FROM visits v LEFT JOIN doctors d"
    " ON d.id = v.doctor_id WHERE v.patient_id = {0} AND v.status = 'booked'"
    " ORDER BY v.scheduled_at LIMIT 1"
)
QUERIES = (
    READER,
    "SELECT name, phone, settings FROM clinic WHERE id = 1",
    "SELECT id, remaining, valid_to FROM lots WHERE patient_id = {0} AND remaining > 0",
    APPOINTMENT,
    "SELECT friends, icon, short_name, name FROM milestones ORDER BY friends",
)


def build(session: Session, visits: int) -> None:
    """Two patients: one with one visit, one with ``visits``; both with an appointment, lots and a track."""
    build_clinic(session)
    session.add(Doctor(id=1, code="le", name=LocalizedText.of("Lê Hoàng Anh")))
    for friends in (1, 3, 5, 8):
        name = LocalizedText.of(f"Quà {friends}")
        session.add(Milestone(friends=friends, icon="gift", name=name, short_name=name))
    session.flush()
    build_patients(session, (FEW, MANY))
    for patient_id, count in ((FEW, 1), (MANY, visits)):
        build_rows(session, Visit, [_visit(patient_id, n) for n in range(count)])
        build_rows(session, LedgerEntry, [_entry(patient_id, n) for n in range(4)])
    session.flush()
    for entry in session.query(LedgerEntry):
        session.add(
            Lot(
                entry_id=entry.id,
                patient_id=entry.patient_id,
                points=50,
                remaining=50,
                valid_to=date(2099, 1, 1),
            )
        )
    for patient_id in (FEW, MANY):
        session.add(
            Visit(
                patient_id=patient_id,
                status="booked",
                origin="desk",
                doctor_id=1,
                created_at=NOW,
                scheduled_at=clock.now() + timedelta(days=3),
                confirmed_at=NOW,
            )
        )
    session.flush()


def _visit(patient_id: int, number: int) -> dict[str, Any]:
    at = NOW - timedelta(days=number + 1)
    return {
        "patient_id": patient_id,
        "status": "completed",
        "origin": "desk",
        "scheduled_at": at,
        "completed_at": at,
        "created_at": at,
    }


def _entry(patient_id: int, number: int) -> dict[str, Any]:
    return {
        "patient_id": patient_id,
        "kind": "earn",
        "points": 50,
        "at": NOW,
        "key": f"{patient_id}-{number}",
        "actor_kind": "system",
    }


def floor_app(product: Flask, connection: Any, placeholder: str, session_id: int) -> Flask:
    """The page as one would write it by hand: five queries, the template, nothing else."""
    nav = [
        (f"portal.{name}", icon, name)
        for name, icon in (("home", "home"), ("invite", "mail"), ("me", "user"))
    ]
    places = {"portal.confirm_visit": "/visits/{visit_id}/confirm"}
    app = plain_app(product, url_for=links(places), portal_nav=nav, nav_current="portal.home", csrf_token=str)
    statements = [statement.format(placeholder) for statement in QUERIES]

    @app.get("/")
    def home() -> str:
        run = connection.execute
        request.cookies.get("session")
        who = run(statements[0], (session_id,)).fetchone()
        run(statements[1]).fetchone()
        lots = run(statements[2], (who[0],)).fetchall()
        visit = run(statements[3], (who[0],)).fetchone()
        track = run(statements[4]).fetchall()
        ends = str(min(lot[2] for lot in lots))
        moment = datetime.fromisoformat(str(visit[1]))
        return render_template(
            "portal/home.html",
            viewer=SimpleNamespace(name=who[1]),
            greeting="Chào buổi sáng",
            card=SimpleNamespace(
                tier=who[3] or "member",
                tier_name="Thành viên",
                number=who[2],
                code=who[2],
                points=sum(lot[1] for lot in lots) - who[6],
                line=f"200 điểm đến hết {ends}",
            ),
            appointment=SimpleNamespace(
                id=visit[0],
                day=moment.date(),
                when=f"Thứ Năm, {moment:%H:%M}",
                doctor="Lê Hoàng Anh",
                confirmed=True,
            ),
            wish=False,
            ladder=SimpleNamespace(
                next_tier="silver",
                next_name="Bạc",
                friends=who[5],
                friends_needed=1,
                visits=who[4],
                visits_needed=3,
                one_way="",
            ),
            helped=who[5],
            milestones=[(row[0], "Quà", row[1]) for row in track],
            next_milestone=None,
            first_friend_tier="Bạc",
            perks=[],
            keeping=None,
            board=None,
        )

    return app


def sign_in(url: str, product: Flask, patient_id: int) -> tuple[dict[str, str], int]:
    """The cookie header of a logged-in browser, and the id of its session."""
    with opened(url) as session:
        token, session_id = start_session_for(session, patient_id)
    with product.test_request_context("/"):
        from flask import session as cookie

        cookie["_user_id"] = f"patient.{token}"
        cookie["_fresh"] = True
        response = product.response_class()
        product.session_interface.save_session(product, cookie, response)
        pair = response.headers["Set-Cookie"].split(";")[0]
    return {"Cookie": pair}, session_id


def start_session_for(session: Session, patient_id: int) -> tuple[str, int]:
    """A login session of that patient: its token and id."""
    from loyalty.access.models import LoginSession

    token = start_session(session, kind="patient", person_id=patient_id, device="benchmark", now=clock.now())
    session.flush()
    found = session.query(LoginSession).filter_by(patient_id=patient_id).one()
    return token, found.id


def main() -> None:
    given = arguments(__doc__ or "", visits=300)
    placeholder = "?" if given.database == "sqlite" else "%s"
    with fresh_database(given.database) as url:
        with opened(url) as session:
            build(session, given.visits)
        with product_app(url) as product, driver_connection(url) as connection:
            counts, callers = [], []
            for patient_id in (FEW, MANY):
                headers, session_id = sign_in(url, product, patient_id)
                caller = Caller(product, "/", Accept_Language=LANGUAGE, **headers)
                body, status, _headers = caller()
                counts.append(statement_count(product, caller))
                callers.append(caller)
                print(f"product: {status}, {len(body)} bytes, {counts[-1]} statement(s)")
            floor = Caller(floor_app(product, connection, placeholder, session_id), "/")
            page, status, _headers = floor()
            print(f"floor: {status}, {len(page)} bytes, {len(QUERIES)} statements")
            alike = all(
                page.count(mark) == body.count(mark) > 0 for mark in (b"<svg", b"<progress", b"<section")
            )
            fast = judge(
                {"floor": floor, "product": callers[1]},
                [Gate("product", "floor", AT_MOST)],
                rounds=given.rounds,
                calls=given.calls,
                decisive=given.database == "sqlite",
            )
    finish(fast, counts[0] == counts[1] <= STATEMENTS, alike)


if __name__ == "__main__":
    main()
