"""The same thing said by several callers at one moment happens once, and all get an answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from loyalty.patients.models import Patient
from loyalty.points.models import LedgerEntry
from loyalty.visits.models import Refund, Visit
from tests.api.conftest import Caller, Look, visit_body

CALLERS = 6


def _together(app: Flask, key: str, call: Callable[[Caller], TestResponse]) -> list[TestResponse]:
    with ThreadPoolExecutor(CALLERS) as pool:
        calls = [pool.submit(call, Caller(app.test_client(), key)) for _ in range(CALLERS)]
        return [done.result() for done in calls]


def _counts(look: Look, *tables: Any) -> list[int]:
    with look() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_one_patient(app: Flask, key: str, look: Look) -> None:
    body = {"name": "An", "consents": [{"purpose": "care", "granted": False}]}
    answers = _together(app, key, lambda caller: caller.put("/patients/P-1", body))
    assert sorted(answer.status_code for answer in answers) == [*[200] * (CALLERS - 1), 201]
    assert _counts(look, Patient) == [1]


def test_one_visit(app: Flask, key: str, mai: str, look: Look) -> None:
    """P4: one grant, whatever is delivered however often."""
    body = visit_body(lines=[{"service": "new", "amount": "1000000"}], doctor="new", branch="new")
    answers = _together(app, key, lambda caller: caller.put("/visits/V-1", body))
    assert sorted(answer.status_code for answer in answers) == [*[200] * (CALLERS - 1), 201]
    assert len({answer.text for answer in answers}) == 1
    assert _counts(look, Visit, LedgerEntry) == [1, 1]


def test_one_completion_of_a_booked_visit(app: Flask, key: str, mai: str, api: Caller, look: Look) -> None:
    """P4: who comes a moment later finds the visit completed and says the same."""
    api.put("/visits/V-1", {"patient": mai, "status": "booked", "scheduled_at": "2026-11-16T09:00:00+07:00"})
    answers = _together(app, key, lambda caller: caller.put("/visits/V-1", visit_body()))
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
    assert len({answer.text for answer in answers}) == 1
    assert _counts(look, Visit, LedgerEntry) == [1, 1]


def test_one_refund(app: Flask, key: str, mai: str, api: Caller, look: Look) -> None:
    """P12: one refund a key, and everybody gets the first answer."""
    api.put("/visits/V-1", visit_body())
    body = {"id": "r-1", "amount": "500000"}
    answers = _together(app, key, lambda caller: caller.post("/visits/V-1/refunds", body))
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (200, '{"points_reversed":50,"balance":50}')
    }
    assert _counts(look, Refund) == [1]
