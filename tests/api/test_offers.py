"""Vouchers, certificates and packages by the medical system."""

import pytest

from tests.api.conftest import Caller, faults

VOUCHER = {"id": "v-1", "patient": "P-1", "kind": "percent", "value": "10"}


def test_a_voucher_is_issued_once_and_read_as_typed(api: Caller, mai: str) -> None:
    body = {**VOUCHER, "value": "10.5", "max_discount": "200000", "services": ["x-ray"]}
    first = api.post("/vouchers", body)
    assert first.status_code == 200
    code = first.json["code"]
    assert {**first.json, "code": ""} == {
        "code": "",
        "state": "active",
        "patient": "P-1",
        "kind": "percent",
        "value": "10.5",
        "max_discount": "200000",
        "min_bill": None,
        "services": ["x-ray"],
        "first_visit_only": False,
        "combines": False,
        "valid_from": None,
        "valid_to": None,
        "total_limit": 1,
        "patient_limit": None,
        "used_count": 0,
    }
    again = api.post("/vouchers", body)
    assert again.json == first.json
    other = api.post("/vouchers", VOUCHER)
    assert (other.status_code, faults(other)) == (409, [("id", "key_reused")])
    assert api.get(f"/vouchers/{code[:4]}-{code[4:].lower()}").json == first.json
    assert api.get("/vouchers/ZZZZZZZZZZZZ").status_code == 404


def test_a_promo_code_and_a_free_service(api: Caller, mai: str) -> None:
    promo = {"id": "p-1", "kind": "amount", "value": "50000", "code": "Spring26", "total_limit": None}
    assert api.post("/vouchers", promo).json["code"] == "SPRING26"
    taken = api.post("/vouchers", {**promo, "id": "p-2"})
    assert (taken.status_code, faults(taken)) == (409, [("code", "code_taken")])
    free = api.post("/vouchers", {"id": "f-1", "patient": "P-1", "kind": "service", "value": "cleaning"})
    assert (free.json["services"], free.json["value"]) == (["cleaning"], "cleaning")


@pytest.mark.parametrize(
    ("body", "status", "fault"),
    [
        ({"value": "0"}, 422, ("value", "percent_impossible")),
        ({"value": "100.01"}, 422, ("value", "percent_impossible")),
        ({"value": "1.001"}, 422, ("value", "percent_impossible")),
        ({"value": "ten"}, 422, ("value", "percent_impossible")),
        ({"value": None}, 422, ("value", "amount_unreadable")),
        ({"kind": "amount", "value": "0.5"}, 422, ("value", "amount_too_precise")),
        ({"kind": "amount", "value": "-5"}, 422, ("value", "amount_not_positive")),
        ({"kind": "service", "value": None}, 422, ("services", "voucher_service_missing")),
        ({"patient": "P-9"}, 422, ("patient", "patient_unknown")),
        ({"valid_from": "2026-12-02", "valid_to": "2026-12-01"}, 422, ("valid_to", "validity_reversed")),
        ({"total_limit": 0}, 422, ("total_limit", "unreadable")),
        ({"colour": "red"}, 422, ("colour", "unknown_field")),
    ],
)
def test_vouchers_that_make_no_sense(
    api: Caller, mai: str, body: dict[str, object], status: int, fault: tuple[str, str]
) -> None:
    answer = api.post("/vouchers", {**VOUCHER, **body})
    assert (answer.status_code, faults(answer)) == (status, [fault])


def test_v4_a_certificate_is_sold_read_and_paid_back_once(api: Caller, mai: str) -> None:
    body = {"id": "c-1", "amount": "500000", "patient": "P-1", "valid_to": None}
    sold = api.post("/certificates", body).json
    code = sold.pop("code")
    assert sold == {
        "amount": "500000",
        "balance": "500000",
        "state": "active",
        "valid_to": None,
        "patient": "P-1",
    }
    assert api.post("/certificates", body).json["code"] == code
    assert api.get(f"/certificates/{code}").json == {**sold, "code": code}
    back = api.post(f"/certificates/{code}/refund", {"id": "r-1"}).json
    assert (back["refunded"], back["balance"], back["state"]) == ("500000", "0", "refunded")
    assert api.post(f"/certificates/{code}/refund", {"id": "r-1"}).json == back
    twice = api.post(f"/certificates/{code}/refund", {"id": "r-2"})
    assert (twice.status_code, faults(twice)[0][1]) == (409, "certificate_refunded")
    assert api.get(f"/patients/{mai}/ledger").json == []


def test_a_purchase_is_paid_back_without_a_body_too(api: Caller, mai: str) -> None:
    code = api.post("/certificates", {"id": "c-1", "amount": "1"}).json["code"]
    path = f"/api/v1/certificates/{code}/refund"
    assert api.client.post(path, headers=api.headers).json["refunded"] == "1"
    assert api.client.post(path, headers=api.headers).status_code == 409


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0", "amount_not_positive"),
        ("1.5", "amount_too_precise"),
        ("1e3", "amount_unreadable"),
        ("-1", "amount_unreadable"),
    ],
)
def test_amounts_that_no_certificate_has(api: Caller, mai: str, amount: str, code: str) -> None:
    answer = api.post("/certificates", {"id": "c-1", "amount": amount})
    assert (answer.status_code, faults(answer)) == (422, [("amount", code)])


def test_v6_a_package_and_all_that_a_patient_holds(api: Caller, mai: str) -> None:
    body = {"id": "k-1", "patient": "P-1", "service": "cleaning", "sessions": 5, "valid_to": "2199-12-31"}
    package = api.post("/packages", body).json
    assert api.post("/packages", body).json == package
    assert {**package, "code": ""} == {
        "code": "",
        "state": "active",
        "patient": "P-1",
        "service": "cleaning",
        "sessions": 5,
        "sessions_left": 5,
        "valid_to": "2199-12-31",
    }
    voucher = api.post("/vouchers", VOUCHER).json
    offers = api.get("/patients/P-1/offers").json
    assert (offers["packages"], offers["vouchers"], offers["certificates"]) == ([package], [voucher], [])
    too_many = api.post("/packages", {**body, "id": "k-2", "sessions": 101})
    assert (too_many.status_code, faults(too_many)) == (422, [("sessions", "unreadable")])
