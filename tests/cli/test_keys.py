"""api-key and audit."""

import json

from flask import Flask
from sqlalchemy import select

from loyalty.access.models import ApiKey
from loyalty.kernel.codes import digest
from tests.cli.conftest import Look, Run, refused
from tests.support.cast import NOON, person


def test_a_key_is_printed_once_and_opens_the_interface(
    run: Run, app: Flask, clinic: None, look: Look
) -> None:
    key = run("api-key", "create", "MIS").stdout.strip()
    with look() as session:
        assert session.scalars(select(ApiKey.key_digest)).all() == [digest(key)]
    call = {"headers": {"Authorization": f"Bearer {key}"}}
    assert app.test_client().get("/api/v1/patients/P-1", **call).status_code == 404
    listed = run("api-key", "list").stdout
    assert (listed.startswith("MIS  made "), "in force" in listed, key in listed) == (True, True, False)
    assert run("api-key", "revoke", "MIS").exit_code == 0
    assert app.test_client().get("/api/v1/patients/P-1", **call).status_code == 401
    assert "revoked" in run("api-key", "list").stdout


def test_keys_that_cannot_be_are_refused(run: Run, clinic: None) -> None:
    run("api-key", "create", "MIS")
    assert refused(run("api-key", "create", "MIS")) == "The name MIS is taken already."
    assert refused(run("api-key", "create", " ")) == "Please enter a name."
    assert refused(run("api-key", "revoke", "HIS")) == "There is no key named HIS."


def test_the_audit_is_printed_line_by_line(run: Run, clinic: None, look: Look) -> None:
    with look() as session:
        an = person(session, "An", external_id="P-1")
        person(session, "Bình")
        an_id = an.id
    lines = [json.loads(line) for line in run("audit", "list").stdout.splitlines()]
    assert [line["action"] for line in lines] == ["clinic.set_up", "patient.created", "patient.created"]
    hers = [json.loads(line) for line in run("audit", "list", "--patient", "P-1").stdout.splitlines()]
    assert hers == [line for line in lines if line["patient"] == an_id]
    assert (
        run("audit", "list", "--patient", str(an_id)).stdout
        == run("audit", "list", "--patient", "P-1").stdout
    )
    since = [
        json.loads(line) for line in run("audit", "list", "--since", NOON.isoformat()).stdout.splitlines()
    ]
    assert since == lines[1:]


def test_an_audit_of_nobody_is_refused(run: Run, clinic: None) -> None:
    assert refused(run("audit", "list", "--patient", "P-404")) == "There is no such patient."
    assert refused(run("audit", "list", "--patient", "9" * 40)) == "There is no such patient."
    assert refused(run("audit", "list", "--since", "yesterday")).startswith("'yesterday' is no instant")
