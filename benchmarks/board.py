"""The published leaderboard page against one query by hand and the same template with plain data.

``python -m benchmarks.board [--database postgresql] [--members N]``. Gates: one statement whatever the number
of members, at most 1.5 times the CPU of the floor, an unchanged page answered by 304 for less than the floor.
The page is kept in the process under its version, which the statement reads. On PostgreSQL the statements
decide; the CPU ratio is printed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask, render_template
from sqlalchemy.orm import Session

from benchmarks.pages import LANGUAGE, plain_app, product_app
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
    statements_of,
)
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import Month
from loyalty.leaderboard.operations import draft_board, publish_board
from loyalty.patients.models import Consent
from loyalty.referrals.models import Referral
from web.extensions import db

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
AT_MOST = 1.5
BY_HAND = (
    "SELECT b.friends_total, r.rank, r.shown_name, r.score FROM boards b"
    " LEFT JOIN board_rows r ON r.board_id = b.id AND r.is_listed"
    " WHERE b.month = {0} AND b.state = 'published' ORDER BY r.position"
)


def build(session: Session, members: int) -> None:
    """A small October and a November with ``members`` helpers of whom two thirds want to be named."""
    build_clinic(session)
    numbers = count(1)
    for month, helpers in ((OCTOBER, 3), (NOVEMBER, members)):
        ids = [next(numbers) for _ in range(helpers)]
        build_patients(session, ids)
        build_rows(session, Consent, [_consent(number) for number in ids if number % 3])
        for number in ids:
            friends = [next(numbers) for _ in range(1 + number % 4)]
            build_patients(session, friends)
            day = datetime(month.year, month.number, 2 + number % 25, 5, tzinfo=NOW.tzinfo)
            build_rows(session, Referral, [_referral(number, friend, day) for friend in friends])
        draft_board(session, month=month, actor=SYSTEM, now=NOW)
        publish_board(session, month=month, actor=SYSTEM, now=NOW)


def _consent(patient_id: int) -> dict[str, Any]:
    return {
        "patient_id": patient_id,
        "purpose": "leaderboard",
        "channel": "any",
        "granted": True,
        "at": NOW,
        "source": "portal",
        "wording": "2026-01",
    }


def _referral(referrer_id: int, friend_id: int, qualified_at: datetime) -> dict[str, Any]:
    return {
        "referrer_id": referrer_id,
        "friend_id": friend_id,
        "origin": "link",
        "stage": "qualified",
        "attributed_at": qualified_at,
        "expires_at": qualified_at + timedelta(days=180),
        "qualified_at": qualified_at,
        "terms": {},
    }


def floor_app(product: Flask, connection: Any, placeholder: str) -> Flask:
    """The page as one would write it by hand: one query, the template, nothing else; and a bare hello."""
    app = plain_app(product)
    statement = BY_HAND.format(placeholder)

    @app.get("/b/<month>")
    def board(month: str) -> str:
        rows = connection.execute(statement, (month,)).fetchall()
        places = [(rank, name, score, "Đại sứ" if rank == 1 else "") for _, rank, name, score in rows if name]
        return render_template(
            "portal/public_board.html",
            month_name="tháng 11 năm 2026",
            summary=f"{rows[0][0]} người bạn đã được chăm sóc.",
            top=places[:3],
            rest=places[3:],
            image="http://localhost/board.png",
        )

    @app.get("/hello")
    def hello() -> str:
        return "hello"

    return app


def same_page(floor: Caller, product: Caller) -> bool:
    """Whether both sides answer with the board: the same names, as many lines."""
    (by_hand, floor_status, _), (page, status, _) = floor(), product()
    alike = all(by_hand.count(mark) == page.count(mark) > 0 for mark in (b"<li", b"N. T. M."))
    print(f"floor: {floor_status}, {len(by_hand)} bytes; product: {status}, {len(page)} bytes")
    return alike and floor_status.startswith("200") and status.startswith("200")


def counts_hold(app: Flask, page: Callable[[str], Caller], unchanged: Caller) -> bool:
    """One statement for a small month, a large one and an unchanged page."""
    with app.app_context():
        engine = db.engine
    holds = True
    for name, caller, expected in (
        ("3 members", page(str(OCTOBER)), "200"),
        ("all members", page(str(NOVEMBER)), "200"),
        ("unchanged", unchanged, "304"),
    ):
        caller()
        with statements_of(engine) as seen:
            body, status, _headers = caller()
        print(f"{name}: {status}, {len(body)} bytes, {len(seen)} statement(s)")
        holds &= len(seen) == 1 and status.startswith(expected) and (expected == "200" or not body)
    return holds


def main() -> None:
    given = arguments(__doc__ or "", members=60)
    placeholder = "?" if given.database == "sqlite" else "%s"
    with fresh_database(given.database) as url:
        with opened(url) as session:
            build(session, given.members)
        with product_app(url) as product, driver_connection(url) as connection:
            floor = floor_app(product, connection, placeholder)

            def page(month: str) -> Caller:
                return Caller(product, f"/b/{month}", Accept_Language=LANGUAGE)

            etag = page(str(NOVEMBER))()[2]["ETag"]
            unchanged = Caller(product, f"/b/{NOVEMBER}", Accept_Language=LANGUAGE, If_None_Match=etag)
            by_hand = Caller(floor, f"/b/{NOVEMBER}")
            alike = same_page(by_hand, page(str(NOVEMBER)))
            counted = counts_hold(product, page, unchanged)
            fast = judge(
                {
                    "hello": Caller(floor, "/hello"),
                    "floor": by_hand,
                    "product": page(str(NOVEMBER)),
                    "product, unchanged (304)": unchanged,
                },
                [Gate("product", "floor", AT_MOST), Gate("product, unchanged (304)", "floor", 1.0)],
                rounds=given.rounds,
                calls=given.calls,
                decisive=given.database == "sqlite",
            )
    finish(alike, counted, fast)


if __name__ == "__main__":
    main()
