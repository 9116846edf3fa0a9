"""Every route as nobody, as the wrong person and as the right one; what belongs to another does not exist."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from loyalty.clinic.rules.roles import Permission, may
from tests.site.access import ACCESS, API, ELSEWHERE, PATIENT, PUBLIC, STAFF, WITHOUT_COMMIT
from tests.site.house import NOT_THERE, PATIENTS, ROLES, House, others_objects
from tests.support.visitor import Visitor
from web.access import access_of
from web.app import create_app

As = Callable[[str], Visitor]
READING = {"GET", "HEAD", "OPTIONS"}
LOGIN = {PATIENT: "/login", STAFF: "/admin/login"}


@pytest.fixture(scope="module")
def bare() -> Flask:
    """The application without a database: enough to ask it for its routes."""
    return create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": "sqlite://"})


def kind_of(endpoint: str) -> str:
    """public, patient, staff or api."""
    access = ACCESS.get(endpoint, PUBLIC)
    return STAFF if isinstance(access, Permission) else access


def rules(app: Flask, *kinds: str) -> Iterator[tuple[Rule, str]]:
    """Every route of these kinds with its way of being called: GET, POST or PUT."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if kind_of(rule.endpoint) in kinds:
                yield rule, method


def test_every_route_stands_in_the_table_once_and_says_the_same(bare: Flask) -> None:
    declared = {name: str(access_of(bare, name)) for name in bare.view_functions}
    assert {name: str(access) for name, access in ACCESS.items()} == declared


def test_a_view_either_reads_or_acts(bare: Flask) -> None:
    """GET never commits; what commits is POST or PUT and nothing else."""
    for rule in bare.url_map.iter_rules():
        acting = set(rule.methods or ()) - READING
        reading = set(rule.methods or ()) & {"GET"}
        assert not (acting and reading), f"{rule.endpoint} reads and acts: give each its view"
        view: Any = bare.view_functions[rule.endpoint]
        commits = getattr(view, "commits", False)
        wanted = bool(acting) and rule.endpoint not in WITHOUT_COMMIT
        assert commits == wanted, f"{rule.endpoint}: @commits belongs on {sorted(acting) or 'no GET'}"


def refused(house: House, visitor: Visitor, rule: Rule, method: str, token: str) -> tuple[int, str]:
    """Status and where to, of a call that should not get through."""
    answer = visitor.client.open(
        house.address(rule),
        method=method,
        data={"csrf_token": token} if method != "GET" else None,
        headers=visitor.headers,
    )
    return answer.status_code, answer.headers.get("Location", "").partition("?")[0]


def token_of(visitor: Visitor) -> str:
    """A token good in this browser for any form."""
    page = visitor.client.get("/login" if "_user_id" not in _cookie(visitor) else _home(visitor))
    text = page.get_data(as_text=True)
    _, found, rest = text.partition('name="csrf_token"')
    assert found, "the page has no form"
    return rest.partition('value="')[2].partition('"')[0]


def _cookie(visitor: Visitor) -> dict[str, Any]:
    with visitor.client.session_transaction() as cookie:
        return dict(cookie)


def _home(visitor: Visitor) -> str:
    return "/visits" if _cookie(visitor)["_user_id"].startswith("patient") else "/admin/"


@pytest.mark.parametrize("reader", ["nobody", "mai", "reception"])
def test_strangers_are_sent_to_the_log_in(house: House, as_: As, reader: str) -> None:
    """Nobody, and people of the other side, whatever they ask for and however."""
    visitor = as_(reader)
    token = token_of(visitor)
    closed = {"mai": (STAFF,), "reception": (PATIENT,)}.get(reader, (PATIENT, STAFF))
    for rule, method in rules(house.app, *closed):
        found = refused(house, visitor, rule, method, token)
        assert found == (303, LOGIN[kind_of(rule.endpoint)]), f"{method} {rule.endpoint} as {reader}: {found}"


@pytest.mark.parametrize("role", ROLES)
def test_a1_each_role_opens_what_it_holds_and_nothing_else(house: House, as_: As, role: str) -> None:
    visitor = as_(role)
    for rule, method in rules(house.app, STAFF):
        permission = ACCESS[rule.endpoint]
        if method != "GET" or not isinstance(permission, Permission):
            continue
        status = visitor.client.get(house.address(rule), headers=visitor.headers).status_code
        wanted = 200 if may(role, permission) else 403
        assert status == wanted, f"{rule.endpoint} as {role}: {status}, wanted {wanted}"


@pytest.mark.parametrize("role", ROLES)
def test_a1_acts_without_the_permission_are_refused(house: House, as_: As, role: str) -> None:
    visitor = as_(role)
    token = token_of(visitor)
    for rule, method in rules(house.app, STAFF):
        permission = ACCESS[rule.endpoint]
        if method == "GET" or not isinstance(permission, Permission) or may(role, permission):
            continue
        found = refused(house, visitor, rule, method, token)
        assert found == (403, ""), f"{method} {rule.endpoint} as {role}: {found}"


@pytest.mark.parametrize("reader", PATIENTS)
def test_patients_open_their_own_pages(house: House, as_: As, reader: str) -> None:
    """Mai all of them; who has nothing yet those that name no thing of hers."""
    visitor = as_(reader)
    for rule, method in rules(house.app, PATIENT):
        names_a_thing = any(name.endswith("_id") for name in rule.arguments)
        if method == "GET" and (reader == "mai" or not names_a_thing):
            visitor.get(house.address(rule))


def test_everybody_opens_what_is_public(house: House, as_: As) -> None:
    for rule, method in rules(house.app, PUBLIC):
        if method == "GET":
            as_("nobody").get(house.address(rule), status=ELSEWHERE.get(rule.endpoint, 200))


def test_what_belongs_to_another_patient_does_not_exist(house: House, as_: As) -> None:
    """Every route of patients that names an object by its number is tried with somebody else's."""
    reaching = {
        rule.endpoint
        for rule, _method in rules(house.app, PATIENT)
        if any(name.endswith("_id") for name in rule.arguments)
    }
    objects = others_objects(house)
    assert reaching == set(objects), "a route that names an object needs another patient's object in house.py"
    mai = as_("mai")
    token = token_of(mai)
    for rule, method in rules(house.app, PATIENT):
        if rule.endpoint in objects:
            path = house.address(rule, **objects[rule.endpoint])
            status = mai.client.open(path, method=method, data={"csrf_token": token}).status_code
            assert status == 404, f"{method} {path}: {status}"


def test_what_is_not_there_is_404_for_staff(house: House, as_: As) -> None:
    visitors = {role: as_(role) for role in ("manager", "administrator")}
    tokens = {role: token_of(visitor) for role, visitor in visitors.items()}
    for rule, method in rules(house.app, STAFF):
        absent = {name: NOT_THERE for name in rule.arguments if name.endswith("_id")}
        permission = ACCESS[rule.endpoint]
        if not absent or not isinstance(permission, Permission):
            continue
        role = next(role for role in visitors if may(role, permission))
        found = visitors[role].client.open(
            house.address(rule, **absent),
            method=method,
            data={"csrf_token": tokens[role]} if method != "GET" else None,
        )
        assert found.status_code == 404, f"{method} {rule.endpoint}: {found.status_code}"


@pytest.mark.parametrize("key", [None, "liana_guessed"])
def test_the_interface_needs_its_key(house: House, key: str | None) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    for number, (rule, method) in enumerate(rules(house.app, API)):
        # Each from a neighbourhood of its own: wrong keys are slowed down by address.
        caller = house.app.test_client()
        caller.environ_base["REMOTE_ADDR"] = f"10.{number}.0.1"
        status = caller.open(house.address(rule), method=method, headers=headers).status_code
        assert status == 401, f"{method} {rule.endpoint} without a key: {status}"


def test_the_interface_answers_its_key(house: House) -> None:
    headers, unknown = {"Authorization": f"Bearer {house.api_key}"}, {"no such field": 1}
    for rule, method in rules(house.app, API):
        status = (
            house.app.test_client()
            .open(
                house.address(rule), method=method, headers=headers, json=unknown if method != "GET" else None
            )
            .status_code
        )
        assert status == 200 if method == "GET" else status == 422, f"{method} {rule.endpoint}: {status}"


def test_a_post_without_its_token_is_refused_whoever_sends_it(house: House, as_: As) -> None:
    for reader in ("nobody", "mai", "manager", "administrator"):
        visitor = as_(reader)
        for rule, method in rules(house.app, PUBLIC, PATIENT, STAFF):
            if method == "GET":
                continue
            for form in ({}, {"csrf_token": "forged"}):
                status = visitor.client.open(house.address(rule), method=method, data=form).status_code
                assert status == 400, f"{method} {rule.endpoint} as {reader} with {form}: {status}"


def test_what_acts_cannot_be_opened_as_a_page(house: House, as_: As) -> None:
    """GET is answered only where another view of the same address reads."""
    pages = {rule.rule for rule, method in rules(house.app, PUBLIC, PATIENT, STAFF, API) if method == "GET"}
    visitor = as_("manager")
    for rule, method in rules(house.app, PUBLIC, PATIENT, STAFF, API):
        if method != "GET" and rule.rule not in pages:
            status = visitor.client.get(house.address(rule)).status_code
            assert status == 405, f"GET {rule.endpoint}: {status}"
