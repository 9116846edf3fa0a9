"""The clinic's medical system at work: a client that carries a key, and a look at what became lasting."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.access.operations.keys import create_api_key
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import make_engine
from tests.support.acting import commit
from tests.support.cast import NOON, open_clinic

Look = Callable[[], Any]


class Caller:
    """The medical system: JSON and its key with every call."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client, self.key = client, key

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=self.headers, **more)

    def put(self, path: str, body: object) -> TestResponse:
        return self.client.put(f"/api/v1{path}", json=body, headers=self.headers)

    def post(self, path: str, body: object, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/api/v1{path}", json=body, headers={**self.headers, **named})


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def look(engine: Engine) -> Callable[[], Any]:
    """``with look() as session``: read what is lasting, holding nothing afterwards."""

    @contextmanager
    def looking() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    return looking


@pytest.fixture
def key(look: Look) -> str:
    """An open clinic and a key to it."""
    with look() as session:
        open_clinic(session)
        made = create_api_key(session, name="MIS", actor=SYSTEM, now=NOON)
        commit(session, NOON)
    return made


@pytest.fixture
def api(app: Flask, key: str) -> Caller:
    return Caller(app.test_client(), key)


@pytest.fixture
def mai(api: Caller) -> str:
    """A patient of the medical system; her external id."""
    answer = api.put("/patients/P-1", {"name": "Nguyễn Thị Mai", "phone": "+84903123456"})
    assert answer.status_code == 201, answer.text
    return "P-1"


def faults(answer: TestResponse) -> list[tuple[str, str]]:
    """(field, code) of each error of a problem."""
    assert answer.mimetype == "application/problem+json", answer.text
    assert all(fault["message"] for fault in answer.json["errors"])
    return [(fault["field"], fault["code"]) for fault in answer.json["errors"]]


def visit_body(patient: str = "P-1", **more: Any) -> dict[str, Any]:
    """A completed visit of a million, paid."""
    return {
        "patient": patient,
        "status": "completed",
        "scheduled_at": "2026-11-16T09:00:00+07:00",
        "arrived_at": "2026-11-16T09:05:00+07:00",
        "completed_at": "2026-11-16T10:00:00+07:00",
        "branch": "main",
        "doctor": "dr-hoa",
        "lines": [{"service": "cleaning", "specialty": "dental", "quantity": 1, "amount": "1000000"}],
        "payments": [{"id": "pay-1", "amount": "1000000", "paid_at": "2026-11-16T10:01:00+07:00"}],
        **more,
    }
