"""Keys, and requests that are wrong before anybody looks at their fields."""

from typing import get_args

import pytest
from flask import Flask

from api import fields
from loyalty.access.operations.keys import create_api_key, revoke_api_key
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.localized import LANGUAGES
from loyalty.patients.rules import CHANNELS, PURPOSES, SEXES, SOURCES
from loyalty.visits.rules import STATUSES
from tests.api.conftest import Caller, Look, faults
from tests.support.acting import commit
from tests.support.cast import NOON

PATH = "/api/v1/patients/P-1"


def test_the_closed_lists_are_the_domains() -> None:
    assert get_args(fields.Language) == LANGUAGES
    assert get_args(fields.Sex) == SEXES
    assert get_args(fields.SourceKind) == SOURCES
    assert get_args(fields.Channel) == CHANNELS
    assert get_args(fields.AnyChannel) == (*CHANNELS, "any")
    assert get_args(fields.Purpose) == PURPOSES
    assert get_args(fields.Status) == STATUSES


@pytest.mark.parametrize("given", [None, "Bearer", "Bearer ", "Basic YTpi", "liana_x"])
def test_without_a_key_nobody_comes_in(app: Flask, key: str, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    answer = app.test_client().get(PATH, headers=headers)
    assert (answer.status_code, faults(answer)) == (401, [("authorization", "key_missing")])
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_key_is_refused_at_once(api: Caller, look: Look) -> None:
    assert api.get("/patients/P-1").status_code == 404
    with look() as session:
        revoke_api_key(session, name="MIS", actor=SYSTEM, now=NOON)
        commit(session)
    answer = api.get("/patients/P-1")
    assert (answer.status_code, faults(answer)) == (401, [("authorization", "key_wrong")])


def test_wrong_keys_are_slowed_down_and_the_right_one_is_not(app: Flask, api: Caller) -> None:
    stranger = Caller(app.test_client(), "liana_guess")
    answers = [stranger.get("/patients/P-1") for _ in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {401}
    assert (answers[20].status_code, faults(answers[20])) == (429, [("authorization", "too_many_tries")])
    assert int(answers[20].headers["Retry-After"]) > 0
    assert stranger.put("/patients/P-1", {"name": "An"}).status_code == 429
    assert api.put("/patients/P-1", {"name": "An"}).status_code == 201


def test_no_cookie_and_no_form_token_is_needed(api: Caller) -> None:
    answer = api.put("/patients/P-1", {"name": "An"})
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_bodies_that_are_no_json_are_refused(api: Caller) -> None:
    def put(data: bytes, content_type: str = "application/json") -> tuple[int, list[tuple[str, str]]]:
        answer = api.client.put(PATH, data=data, headers=api.headers, content_type=content_type)
        return answer.status_code, faults(answer)

    assert put(b'{"name": "An"}', "text/plain") == (415, [("content-type", "wrong_type")])
    assert put(b"name=An", "application/x-www-form-urlencoded") == (415, [("content-type", "wrong_type")])
    assert put(b"") == (422, [("", "body_unreadable")])
    assert put(b"{'name': 'An'}") == (422, [("", "body_unreadable")])
    assert put(b'{"name": "\xff"}') == (422, [("", "body_unreadable")])
    assert put(b'{"name": "\\ud800"}') == (422, [("", "body_unreadable")])
    assert put(b"[" * 100_000) == (422, [("", "body_unreadable")])
    assert put(b"[]") == (422, [("", "unreadable")])
    assert put(b"null") == (422, [("", "unreadable")])
    assert put(b" " * (2 * 1024 * 1024 + 1)) == (413, [("body", "too_large")])


def test_other_ways_are_problems_too(api: Caller) -> None:
    answer = api.client.delete(PATH, headers=api.headers)
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "PUT" in answer.headers["Allow"]
    nowhere = api.get("/nowhere")
    assert (nowhere.status_code, nowhere.mimetype) == (404, "application/problem+json")


def test_before_there_is_a_clinic(app: Flask, look: Look) -> None:
    with look() as session:
        made = create_api_key(session, name="early", actor=SYSTEM, now=NOON)
        commit(session, NOON)
    answer = Caller(app.test_client(), made).put("/patients/P-1", {"name": "An"})
    assert (answer.status_code, faults(answer)) == (503, [("", "no_clinic")])
