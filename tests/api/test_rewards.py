"""The catalogue and redemptions by the medical system (V7)."""

from typing import Any

import pytest

from tests.api.conftest import Caller, faults, visit_body

GIFT: dict[str, Any] = {
    "name": {"vi": "Bàn chải", "en": "Toothbrush"},
    "kind": "gift",
    "points": 60,
    "stock": 2,
}


@pytest.fixture
def rich(api: Caller, mai: str) -> str:
    """Mai with 300 points."""
    for number in range(3):
        api.put(f"/visits/V-{number}", visit_body())
    return mai


def test_an_item_is_added_changed_and_listed(api: Caller, key: str) -> None:
    first = api.put("/rewards/brush", GIFT)
    assert (first.status_code, first.json["code"], first.json["stock"]) == (201, "brush", 2)
    assert api.put("/rewards/brush", GIFT).json == first.json
    changed = api.put("/rewards/brush", {**GIFT, "points": 70, "tier": "silver"})
    assert (changed.status_code, changed.json["points"], changed.json["tier"]) == (200, 70, "silver")
    ten = {
        "name": {"en": "Ten percent"},
        "kind": "percent",
        "points": 50,
        "value": "10",
        "services": ["cleaning"],
    }
    percent = api.put("/rewards/ten", ten).json
    assert (percent["value"], percent["services"], percent["valid_days"]) == ("10", ["cleaning"], 90)
    page = api.get("/rewards?limit=1")
    assert [item["code"] for item in page.json] == ["brush"]
    more = page.headers["Link"].partition(">")[0].removeprefix("</api/v1")
    assert [item["code"] for item in api.get(more).json] == ["ten"]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"name": {}}, ("name", "name_missing")),
        ({"points": 0}, ("points", "unreadable")),
        ({"stock": -1}, ("stock", "unreadable")),
        ({"tier": "platinum"}, ("tier", "unreadable")),
        ({"kind": "percent"}, ("percent_hundredths", "reward_detail_bad")),
        ({"kind": "amount", "value": "0.5"}, ("value", "amount_too_precise")),
        ({"price": 5}, ("price", "unknown_field")),
    ],
)
def test_items_without_sense(api: Caller, key: str, body: dict[str, Any], fault: tuple[str, str]) -> None:
    answer = api.put("/rewards/brush", {**GIFT, **body})
    assert (answer.status_code, faults(answer)) == (422, [fault])
    assert api.get("/rewards").json == []


def test_v7_a_gift_is_taken_and_handed_over_once(api: Caller, rich: str) -> None:
    api.put("/rewards/brush", GIFT)
    body = {"id": "x-1", "patient": rich, "reward": "brush"}
    taken = api.post("/redemptions", body)
    assert (taken.status_code, taken.json["state"], taken.json["points"]) == (200, "approved", 60)
    assert api.post("/redemptions", body).json == taken.json
    over = api.post("/redemptions/x-1/hand-over", {})
    assert (over.status_code, over.json["state"]) == (200, "handed_over")
    by_code = api.post(f"/redemptions/{taken.json['code'].lower()}/hand-over", {})
    assert by_code.json == over.json
    late = api.post("/redemptions/x-1/cancel", {"reason": "changed her mind"})
    assert (late.status_code, faults(late)[0][1]) == (409, "redemption_handed_over")
    assert api.get(f"/patients/{rich}/membership").json["points"]["balance"] == 240
    assert api.get("/rewards").json[0]["stock"] == 1


def test_v7_what_is_cancelled_gives_points_and_stock_back(api: Caller, rich: str) -> None:
    """P11: the same lots with their old last day."""
    api.put("/rewards/brush", {**GIFT, "needs_approval": True})
    before = api.get(f"/patients/{rich}/membership").json["points"]
    assert (
        api.post("/redemptions", {"id": "x-1", "patient": rich, "reward": "brush"}).json["state"]
        == "requested"
    )
    early = api.post("/redemptions/x-1/hand-over", {})
    assert (early.status_code, faults(early)[0][1]) == (409, "redemption_not_approved")
    assert api.post("/redemptions/x-1/approve", {}).json["state"] == "approved"
    path = "/api/v1/redemptions/x-1/cancel"
    assert api.client.post(path, headers=api.headers).json["state"] == "cancelled"
    assert api.client.post(path, headers=api.headers).json["state"] == "cancelled"
    assert api.get(f"/patients/{rich}/membership").json["points"] == before
    assert api.get("/rewards").json[0]["stock"] == 2


def test_a_digital_reward_is_in_the_wallet_at_once(api: Caller, rich: str) -> None:
    api.put("/rewards/card", {"name": {"en": "Card"}, "kind": "certificate", "points": 100, "value": "90000"})
    taken = api.post("/redemptions", {"id": "x-1", "patient": rich, "reward": "card"}).json
    assert taken["state"] == "handed_over"
    assert api.get(f"/certificates/{taken['certificate']}").json["balance"] == "90000"


def test_what_cannot_be_taken(api: Caller, rich: str) -> None:
    api.put("/rewards/brush", {**GIFT, "stock": 0})
    api.put("/rewards/gold", {**GIFT, "tier": "gold"})
    api.put("/rewards/car", {**GIFT, "points": 301})
    api.put("/rewards/old", {**GIFT, "active": False})
    for reward, status, fault in (
        ("brush", 409, ("reward", "sold_out")),
        ("gold", 409, ("reward", "reward_tier")),
        ("car", 409, ("reward", "not_enough_points")),
        ("old", 409, ("reward", "reward_not_available")),
        ("none", 422, ("reward", "reward_unknown")),
    ):
        answer = api.post("/redemptions", {"id": "x-1", "patient": rich, "reward": reward})
        assert (answer.status_code, faults(answer)) == (status, [fault])
    nothing = api.post("/redemptions/x-1/approve", {})
    assert nothing.status_code == 404
    assert api.get(f"/patients/{rich}/membership").json["points"]["balance"] == 300
