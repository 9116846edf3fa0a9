"""The story that README.md tells can be played: by the same operations that the pages call."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.load import load
from demo.staff import DIRECTOR, RECEPTION
from loyalty.clinic.queries import services, staff_by_email
from loyalty.kernel.actor import Actor
from loyalty.kernel.clock import Month
from loyalty.leaderboard import queries as leaderboard
from loyalty.leaderboard.operations import decide_nickname, publish_board
from loyalty.patients.models import PatientStats
from loyalty.settlement.operations import register_visit
from loyalty.settlement.queries import quote
from loyalty.settlement.rules import Line, Paid
from loyalty.visits.models import Visit
from loyalty.visits.operations import mark_arrived
from tests.demo.conftest import NOW, named
from tests.support.acting import commit

LATER = NOW + timedelta(hours=2)


def begin(app: Flask, session: Session) -> None:
    with app.app_context():
        load(session, now=NOW)
        commit(session, NOW)


def staff(session: Session, email: str) -> Actor:
    found = staff_by_email(session, email)
    assert found is not None
    return Actor("staff", found.id)


def mai(session: Session) -> PatientStats:
    return session.get_one(PatientStats, named(session, "Nguyễn Thị Mai").id, populate_existing=True)


def test_tuans_visit_makes_mai_gold(app: Flask, session: Session) -> None:
    begin(app, session)
    lan, tuan = staff(session, RECEPTION), named(session, "Đỗ Minh Tuấn")
    visit = session.scalars(select(Visit).where(Visit.patient_id == tuan.id)).one()
    mark_arrived(session, visit_id=visit.id, actor=lan, now=LATER)
    commit(session, LATER)
    assert (mai(session).points_balance, mai(session).tier) == (1290, "silver")
    price = {service.code: service for service in services(session)}
    lines = [
        Line(price[code].id, price[code].price_minor or 0, kind=price[code].kind)
        for code in ("registration", "general-examination")
    ]
    due = quote(session, patient_id=tuan.id, lines=lines, now=LATER).bill.due_minor
    assert due == 240_000  # registration is free, the examination a fifth cheaper (F13)
    register_visit(
        session, patient_id=tuan.id, visit_id=visit.id, lines=lines, payments=[Paid("till", due, LATER)],
        actor=lan, now=LATER,
    )  # fmt: skip
    commit(session, LATER)
    row = mai(session)
    assert (row.points_balance, row.tier, row.referral_count) == (1340, "gold", 3)


def test_the_board_is_published_once_the_nickname_is_decided(app: Flask, session: Session) -> None:
    begin(app, session)
    director, month = staff(session, DIRECTOR), Month(2026, 10)
    waiting = [row for row in leaderboard.review_rows(session, month) if row.nickname_state == "waiting"]
    assert [row.nickname for row in waiting] == ["Bác sĩ Google"]
    decide_nickname(
        session, patient_id=waiting[0].patient_id, approve=True, change_to="Bạn của An Nhiên",
        actor=director, now=LATER,
    )  # fmt: skip
    publish_board(session, month=month, actor=director, now=LATER)
    commit(session, LATER)
    board = leaderboard.published(session, month)
    assert board is not None
    assert [(row.rank, row.shown_name) for row in board.rows] == [
        (1, "Biển Xanh"), (2, "Cô giáo Hạ"), (3, "Mẹ Bống"), (4, "Em by the sea"), (4, "Sen Nhỏ"),
        (6, "Cà phê sữa"), (6, "Bạn của An Nhiên"),
    ]  # fmt: skip
    own = leaderboard.own_place(session, month, named(session, "Nguyễn Thị Mai").id)
    assert own is not None
    assert (own.rank, own.shown_name) == (4, "Sen Nhỏ")
