"""The invite landing against one query by hand and the same template with plain data (path 2).

``python -m benchmarks.landing [--database postgresql]``. Warm, the page is in memory, as for nearly every
visitor; cold, every call opens another code. Gates: warm no statement at all, cold one; on
SQLite warm at most 1.0 and cold at most 1.3 times the CPU of the floor. There is no Redis server in this run,
so no click is counted; the attribution cookie is set as always.
"""

from datetime import date
from itertools import cycle
from typing import Any

from flask import Flask, make_response, render_template
from flask_wtf.csrf import CSRFProtect, generate_csrf
from sqlalchemy.orm import Session

from benchmarks.pages import LANGUAGE, links, plain_app, product_app
from benchmarks.support import (
    NOW,
    Caller,
    Gate,
    Work,
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
from loyalty.kernel.codes import new_code
from loyalty.referrals.models import InviteCode
from portal.claim_form import ClaimForm
from web.extensions import db

WARM, COLD = 1.0, 1.3
#: More codes than the product keeps in memory, so that asking for them in turn is always cold.
MANY = 1500
BY_HAND = (
    "SELECT c.code, c.shown_name FROM invite_codes c JOIN patients p ON p.id = c.patient_id"
    " WHERE c.code = {0} AND c.blocked_at IS NULL AND p.blocked_at IS NULL AND p.merged_into_id IS NULL"
)
HEADERS = {"Accept_Language": LANGUAGE, "User_Agent": "Mozilla/5.0 (iPhone)"}


def build(session: Session, codes: list[str]) -> None:
    """A patient with a shown name for every code."""
    build_clinic(session)
    numbers = range(1, len(codes) + 1)
    build_patients(session, numbers)
    build_rows(
        session,
        InviteCode,
        [
            {"patient_id": number, "code": code, "shown_name": "Mai", "created_at": NOW}
            for number, code in zip(numbers, codes, strict=True)
        ],
    )


def floor_app(product: Flask, connection: Any, placeholder: str) -> Flask:
    """The page as one would write it by hand; its form is made once and shown to everybody."""
    app = plain_app(product, url_for=links({"portal.claim": "/i/{code}/claim#claim"}))
    app.config["SECRET_KEY"] = "a key for benchmarks only, never used anywhere"
    CSRFProtect(app)
    with product.test_request_context("/"):
        form = ClaimForm(formdata=None)
        form.show_days(date(2026, 12, 1))
    statement = BY_HAND.format(placeholder)

    @app.get("/i/<code>")
    def landing(code: str) -> Any:
        row = connection.execute(statement, (code.upper(),)).fetchone()
        if row is None:
            return "no such code", 404
        page = render_template(
            "portal/landing.html",
            form=form,
            code=row[0],
            inviter=row[1],
            heading=f"{row[1]} đã gửi tặng một món quà",
            link=f"http://localhost/i/{row[0]}",
            image="http://localhost/card.png",
            emergency="Cấp cứu: gọi 115.",
            percent=20,
            days=180,
            token=generate_csrf(),
        )
        answer = make_response(page)
        answer.set_cookie("invited", code, max_age=90 * 86_400, httponly=True, samesite="Lax")
        return answer

    @app.get("/hello")
    def hello() -> str:
        return "hello"

    return app


def each_in_turn(callers: list[Caller]) -> Work:
    """Ask for one code after another."""
    turn = cycle(callers)
    return lambda: next(turn)()


def statements(app: Flask, caller: Caller) -> int:
    """How many statements one request sends to the database."""
    with app.app_context():
        engine = db.engine
    with statements_of(engine) as seen:
        caller()
    return len(seen)


def main() -> None:
    given = arguments(__doc__ or "", calls=150)
    placeholder = "?" if given.database == "sqlite" else "%s"
    codes = [new_code() for _ in range(MANY)]
    with fresh_database(given.database) as url:
        with opened(url) as session:
            build(session, codes)
        with product_app(url) as product, driver_connection(url) as connection:
            callers = [Caller(product, f"/i/{code}", **HEADERS) for code in codes]
            body, status, _headers = callers[0]()
            cold, warm = statements(product, callers[1]), statements(product, callers[1])
            print(f"product: {status}, {len(body)} bytes, cold {cold} statement(s), warm {warm}")
            floor = floor_app(product, connection, placeholder)
            by_hand = Caller(floor, f"/i/{codes[0]}")
            page, floor_status, _headers = by_hand()
            print(f"floor: {floor_status}, {len(page)} bytes")
            fast = judge(
                {
                    "hello": Caller(floor, "/hello"),
                    "floor": by_hand,
                    "warm": callers[0],
                    "cold": each_in_turn(callers[2:]),
                },
                [Gate("warm", "floor", WARM), Gate("cold", "floor", COLD)],
                rounds=given.rounds,
                calls=given.calls,
                decisive=given.database == "sqlite",
            )
    finish(fast, (cold, warm) == (1, 0), page.count(b"<input") == body.count(b"<input") > 0)


if __name__ == "__main__":
    main()
