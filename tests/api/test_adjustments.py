"""Points by hand: with a reason, once per id, never below zero, above the limit not alone (P15)."""

import pytest

from tests.api.conftest import Caller, faults


def adjust(api: Caller, **body: object) -> object:
    return api.post("/patients/P-1/adjustments", {"id": "a-1", "points": 50, "reason": "Sorry", **body})


def test_p15_points_are_given_once(api: Caller, mai: str) -> None:
    first = adjust(api)
    assert (first.status_code, first.json["state"], first.json["balance"]) == (200, "posted", 50)
    assert adjust(api).json == first.json
    other = adjust(api, points=60)
    assert (other.status_code, faults(other)) == (409, [("id", "key_reused")])
    forever = adjust(api, id="a-2", valid_to=None)
    assert (forever.json["valid_to"], forever.json["balance"]) == (None, 100)
    dated = adjust(api, id="a-3", valid_to="2199-01-01")
    assert dated.json["valid_to"] == "2199-01-01"
    ledger = api.get("/patients/P-1/ledger").json
    assert [(entry["kind"], entry["points"], entry["reason"]) for entry in ledger] == [
        ("adjust", 50, "Sorry")
    ] * 3


def test_p15_above_the_limit_a_second_person_decides(api: Caller, mai: str) -> None:
    answer = adjust(api, points=501)
    assert (answer.status_code, answer.json["state"], answer.json["balance"]) == (200, "waiting", 0)


@pytest.mark.parametrize(
    ("body", "status", "fault"),
    [
        ({"points": -1}, 409, ("points", "not_enough_points")),
        ({"points": 0}, 422, ("points", "points_zero")),
        ({"points": 10**6 + 1}, 422, ("points", "points_too_many")),
        ({"points": "5"}, 422, ("points", "unreadable")),
        ({"points": 1.5}, 422, ("points", "unreadable")),
        ({"reason": " "}, 422, ("reason", "reason_missing")),
        ({"valid_to": "2020-01-01"}, 422, ("valid_to", "last_day_past")),
        ({"note": "x"}, 422, ("note", "unknown_field")),
    ],
)
def test_what_is_wrong_changes_nothing(
    api: Caller, mai: str, body: dict[str, object], status: int, fault: tuple[str, str]
) -> None:
    answer = adjust(api, **body)
    assert (answer.status_code, faults(answer)) == (status, [fault])
    assert api.get("/patients/P-1/ledger").json == []
