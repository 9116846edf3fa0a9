"""Amounts finer than the currency are refused, at whatever place they stand (P2)."""

import pytest

from loyalty.clinic.models import Clinic
from tests.api.conftest import Caller, Look, faults, visit_body
from tests.support.acting import commit


@pytest.fixture
def roubles(mai: str, look: Look) -> None:
    with look() as session:
        session.get_one(Clinic, 1).currency = "RUB"
        commit(session)


@pytest.mark.parametrize(
    ("amount", "code"),
    [("49999.955", "amount_too_precise"), ("0.001", "amount_too_precise"), ("1.", "amount_unreadable")],
)
def test_three_decimals_are_no_roubles(api: Caller, roubles: None, amount: str, code: str) -> None:
    lines = [{"service": "cleaning", "amount": amount}]
    answer = api.put("/visits/V-1", visit_body(lines=lines, payments=[]))
    assert (answer.status_code, faults(answer)) == (422, [("lines.0.amount", code)])
    assert api.get("/visits/V-1").status_code == 404


def test_two_decimals_are(api: Caller, roubles: None) -> None:
    lines = [{"service": "cleaning", "amount": "49999.95"}]
    paid = [{"id": "p", "amount": "49999.95", "paid_at": "2026-11-16T10:00:00+07:00"}]
    bill = api.put("/visits/V-1", visit_body(lines=lines, payments=paid)).json["bill"]
    assert (bill["gross"], bill["paid"], bill["refunded"]) == ("49999.95", "49999.95", "0.00")
    refund = api.post("/visits/V-1/refunds", {"id": "r", "amount": "0.005"})
    assert (refund.status_code, faults(refund)) == (422, [("amount", "amount_too_precise")])
    assert api.post("/visits/V-1/refunds", {"id": "r", "amount": "0.05"}).status_code == 200


@pytest.mark.parametrize("amount", ["0.5", "1000000.01", "1.0"])
def test_there_is_no_tenth_of_a_dong(api: Caller, mai: str, amount: str) -> None:
    api.put("/visits/V-1", visit_body())
    refund = api.post("/visits/V-1/refunds", {"id": "r", "amount": amount})
    if amount == "1.0":
        assert refund.status_code == 200
    else:
        assert (refund.status_code, faults(refund)) == (422, [("amount", "amount_too_precise")])
