"""Garbage in every field and address: a clear no or a clear yes, never a fault of ours (R15)."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import Caller, visit_body

WEIRD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    -(2**63) - 1,
    [],
    {},
    [[]],
    "",
    " ",
    "\0",
    "a\0b",
    "\u202egnp.exe",
    "\ufeff",
    "é" * 81,
    "ﬃ" * 200,
    "x" * 100_000,
    "0000-00-00",
    "9999-12-31",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2026-11-16T25:00:00Z",
    "1" * 40,
    "-0",
    "1e400",
    "1e999999",
    "1E+2000000",
    "1E-2000000",
    "NaN",
    "٣",
    "../../etc/passwd",
    "'; DROP TABLE patients; --",
    "{{7*7}}",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "👩‍⚕️",
]
PATIENT = {
    "name": "An",
    "phone": None,
    "email": None,
    "birth_date": None,
    "sex": None,
    "language": None,
    "preferred_channel": None,
    "source": {"kind": "channel", "channel": "street"},
    "guardian": None,
    "deceased_on": None,
    "tags": ["a"],
    "chronic_conditions": [],
    "medicines": [],
    "consents": [{"purpose": "care", "granted": False, "at": None, "wording": None}],
}
REFUND = {"id": "r", "amount": "1", "refunded_at": None}
OFFERS = {
    "vouchers": ["X"],
    "points_used": 1,
    "certificates": [{"code": "X", "amount": "1"}],
    "packages": ["X"],
}
QUOTE = {"patient": "P-1", "lines": [{"service": "cleaning", "amount": "1"}], **OFFERS}
ADJUSTMENT = {"id": "a", "points": 5, "reason": "sorry", "valid_to": None}
REWARD = {
    "name": {"vi": "Bộ quà"},
    "kind": "percent",
    "points": 5,
    "stock": 1,
    "tier": None,
    "description": {},
    "valid_from": None,
    "valid_to": None,
    "value": "10",
    "services": ["cleaning"],
    "sessions": None,
    "valid_days": 30,
    "max_discount": None,
    "min_bill": None,
    "needs_approval": False,
    "pickup_days": 3,
    "active": True,
}
VOUCHER = {
    "id": "v",
    "patient": "P-1",
    "kind": "percent",
    "value": "10",
    "max_discount": "1",
    "min_bill": "1",
    "services": ["cleaning"],
    "first_visit_only": False,
    "combines": False,
    "valid_from": None,
    "valid_to": None,
    "total_limit": 1,
    "patient_limit": None,
    "code": None,
}
CERTIFICATE = {"id": "c", "amount": "1", "patient": "P-1", "valid_to": None, "giver": "", "greeting": ""}
PACKAGE = {"id": "k", "patient": "P-1", "service": "cleaning", "sessions": 3, "valid_to": None}


def _spoiled(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The body with each of its fields, also of its first lines, replaced by each weird value."""
    made = []
    for name, value in body.items():
        made += [{**body, name: weird} for weird in WEIRD]
        made += [{**body, name: [weird]} for weird in WEIRD if isinstance(value, list)]
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            spoiled = _spoiled(inner)
            made += [{**body, name: [part] if isinstance(value, list) else part} for part in spoiled]
    return made


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("put", "/patients/P-9", PATIENT),
        ("put", "/visits/V-9", visit_body(**OFFERS)),
        ("post", "/visits/V-1/refunds", REFUND),
        ("post", "/quotes", QUOTE),
        ("post", "/patients/P-1/adjustments", ADJUSTMENT),
        ("put", "/rewards/kit", REWARD),
        ("post", "/redemptions", {"id": "r", "patient": "P-1", "reward": "kit"}),
        ("post", "/vouchers", VOUCHER),
        ("post", "/vouchers", {**VOUCHER, "kind": "amount"}),
        ("post", "/certificates", CERTIFICATE),
        ("post", "/packages", PACKAGE),
        ("post", "/patients/P-1/merge", {"id": "m", "into": "P-2"}),
    ],
)
def test_no_field_breaks_it(api: Caller, mai: str, method: str, path: str, body: dict[str, Any]) -> None:
    api.put("/visits/V-1", visit_body())
    for number, sent in enumerate(_spoiled(body)):
        # An own id for each: with that of another body the answer would be no before anything is tried.
        own = "id" in body and sent["id"] == body["id"]
        sent = {**sent, "id": f"{sent['id']}{number}"} if own else sent
        answer = getattr(api, method)(path, sent)
        assert answer.status_code in (200, 201, 409, 422), (sent, answer.text)
        json.loads(answer.text)


def test_no_address_breaks_it(api: Caller, mai: str) -> None:
    names = [name for name in WEIRD if isinstance(name, str)]
    addresses = [quote(name, safe="") for name in names] + ["%ff", "%00", "%ed%a0%80", "a%2Fb", "."]
    for address in addresses:
        for answer in (
            api.get(f"/patients/{address}"),
            api.get(f"/patients/{address}/ledger?after={address}"),
            api.get(f"/visits/{address}"),
            api.put(f"/patients/{address}", {"name": "An"}),
            api.put(f"/visits/{address}", visit_body(status="booked")),
            api.get(f"/patients/{address}/offers"),
            api.get(f"/vouchers/{address}"),
            api.get(f"/certificates/{address}"),
            api.post(f"/certificates/{address}/refund", {}),
            api.get(f"/rewards?after={address}"),
            api.post(f"/redemptions/{address}/hand-over", {}),
            api.post(f"/patients/{address}/adjustments", ADJUSTMENT),
        ):
            assert answer.status_code in (200, 201, 308, 404, 405, 422), (address, answer.text)


@pytest.mark.parametrize("key", ["a b", "é", "x" * 10_000, "Bearer Bearer", "'--"])
def test_no_key_breaks_it(api: Caller, key: str) -> None:
    assert Caller(api.client, key).get("/patients/P-1").status_code == 401


def test_no_idempotency_key_breaks_it(api: Caller, mai: str) -> None:
    api.put("/visits/V-1", visit_body())
    for header in ("", " ", "x" * 121, "é"):
        answer = api.post("/visits/V-1/refunds", {"amount": "1"}, Idempotency_Key=header)
        assert answer.status_code in (200, 422), (header, answer.text)
