"""PUT and GET /visits/{external_id}: statuses, bills and payments."""

from typing import Any

import pytest
from sqlalchemy import func, select

from loyalty.activity.models import AuditEntry
from loyalty.clinic.models import Doctor, Service
from loyalty.points.models import LedgerEntry
from loyalty.visits.models import Visit
from tests.api.conftest import Caller, Look, faults, visit_body

BILL = {
    "gross": "1000000",
    "discount": "0",
    "points_value": "0",
    "certificate": "0",
    "due": "1000000",
    "paid": "1000000",
    "refunded": "0",
}


def _entries(look: Look) -> int:
    with look() as session:
        return int(session.scalar(select(func.count()).select_from(LedgerEntry)))


def _balance(api: Caller, patient: str = "P-1") -> int:
    return int(api.get(f"/patients/{patient}/membership").json["points"]["balance"])


def test_a_completed_visit_answers_with_bill_and_points(api: Caller, mai: str) -> None:
    answer = api.put("/visits/V-1", visit_body())
    expected = {
        **visit_body(),
        "vouchers": [],
        "points_used": 0,
        "certificates": [],
        "packages": [],
        "follow_up_on": None,
        "bill": BILL,
        "points_earned": 100,
    }
    assert (answer.status_code, answer.json) == (201, expected)
    assert api.get("/visits/V-1").json == expected
    assert _balance(api) == 100


def test_the_same_put_again_changes_nothing(api: Caller, mai: str, look: Look) -> None:
    first = api.put("/visits/V-1", visit_body())
    with look() as session:
        audited = session.scalar(select(func.count()).select_from(AuditEntry))
    again = api.put("/visits/V-1", visit_body())
    assert (again.status_code, again.json) == (200, first.json)
    with look() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == audited
    assert _entries(look) == 1


def test_a_visit_goes_its_whole_way(api: Caller, mai: str) -> None:
    for status in ("booked", "booked", "arrived", "completed"):
        answer = api.put("/visits/V-1", visit_body(status=status, follow_up_on="2027-03-20"))
        assert answer.status_code in (200, 201), answer.text
        assert answer.json["status"] == status
    assert answer.json["arrived_at"] == "2026-11-16T09:05:00+07:00"
    assert (answer.json["follow_up_on"], answer.json["points_earned"]) == ("2027-03-20", 100)


def test_a_booking_is_moved_and_cancelled(api: Caller, mai: str) -> None:
    booked = {"patient": mai, "status": "booked", "scheduled_at": "2027-01-10T09:00:00+07:00"}
    assert api.put("/visits/V-1", booked).status_code == 201
    moved = api.put("/visits/V-1", {**booked, "scheduled_at": "2027-01-11T09:00:00Z", "doctor": "dr-x"})
    assert (moved.json["scheduled_at"], moved.json["doctor"]) == ("2027-01-11T16:00:00+07:00", "dr-x")
    cancelled = api.put("/visits/V-1", {**booked, "status": "cancelled"})
    assert (cancelled.status_code, cancelled.json["status"]) == (200, "cancelled")
    assert api.put("/visits/V-2", {**booked, "status": "no_show"}).json["status"] == "no_show"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("completed", "booked"),
        ("completed", "cancelled"),
        ("cancelled", "booked"),
        ("no_show", "completed"),
        ("arrived", "no_show"),
    ],
)
def test_impossible_moves_are_refused(api: Caller, mai: str, before: str, after: str) -> None:
    api.put("/visits/V-1", visit_body(status=before))
    answer = api.put("/visits/V-1", visit_body(status=after))
    assert (answer.status_code, faults(answer)) == (409, [("status", "impossible_move")])
    assert api.get("/visits/V-1").json["status"] == before


def test_a_later_payment_completes_the_bill(api: Caller, mai: str) -> None:
    """P4: a visit earns once it is completed and paid."""
    first = {"id": "pay-1", "amount": "400000", "paid_at": "2026-11-16T10:01:00+07:00"}
    rest = {"id": "pay-2", "amount": "600000", "paid_at": "2026-11-17T10:01:00+07:00"}
    half = api.put("/visits/V-1", visit_body(payments=[first]))
    assert (half.json["bill"]["paid"], half.json["points_earned"]) == ("400000", 0)
    for _ in range(2):
        paid = api.put("/visits/V-1", visit_body(payments=[first, rest]))
        assert (paid.json["bill"]["paid"], paid.json["points_earned"]) == ("1000000", 100)
    too_much = {**rest, "id": "pay-3"}
    refused = api.put("/visits/V-1", visit_body(payments=[first, rest, too_much]))
    assert (refused.status_code, faults(refused)) == (422, [("payments", "payment_exceeds_due")])
    changed = api.put("/visits/V-1", visit_body(payments=[{**first, "amount": "1"}]))
    assert (changed.status_code, faults(changed)) == (409, [("payments", "payment_key_reused")])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"service": "cleaning", "amount": "999999"}]}, "lines"),
        ({"points_used": 5}, "points_used"),
        ({"completed_at": "2026-11-16T10:00:01+07:00"}, "completed_at"),
    ],
)
def test_a_completed_bill_is_closed(api: Caller, mai: str, change: dict[str, Any], field: str) -> None:
    first = api.put("/visits/V-1", visit_body())
    answer = api.put("/visits/V-1", visit_body(**change))
    assert (answer.status_code, faults(answer)) == (409, [(field, "visit_closed")])
    assert api.get("/visits/V-1").json == first.json


def test_points_pay_a_part_and_no_more(api: Caller, mai: str) -> None:
    """P7, P8."""
    api.put("/visits/V-1", visit_body(lines=[{"service": "cleaning", "amount": "5000000"}], payments=[]))
    api.put(
        "/visits/V-1",
        {
            "patient": mai,
            "status": "completed",
            "payments": [{"id": "p", "amount": "5000000", "paid_at": "2026-11-16T10:00:00+07:00"}],
        },
    )
    assert _balance(api) == 500
    second = visit_body(points_used=300, payments=[])
    paid = api.put("/visits/V-2", second).json
    assert (paid["bill"]["points_value"], paid["bill"]["due"], paid["points_used"]) == (
        "300000",
        "700000",
        300,
    )
    assert _balance(api) == 200
    over = api.put("/visits/V-3", visit_body(points_used=501, payments=[]))
    assert (over.status_code, faults(over)) == (422, [("points_used", "points_over_cap")])
    short = api.put("/visits/V-3", visit_body(points_used=201, payments=[]))
    assert (short.status_code, faults(short)) == (409, [("points_used", "not_enough_points")])
    assert api.get("/visits/V-3").status_code == 404


def test_unknown_codes_are_created_to_review(api: Caller, mai: str, look: Look) -> None:
    line = {"service": "laser-7", "specialty": "eyes", "amount": "10", "quantity": 2}
    answer = api.put("/visits/V-1", visit_body(lines=[line], payments=[], doctor="dr-new"))
    assert answer.json["lines"] == [{**line, "quantity": 2}]
    with look() as session:
        service = session.scalar(select(Service).where(Service.code == "laser-7"))
        assert (service.specialty, service.to_review) == ("eyes", True)
        assert session.scalar(select(Doctor.to_review).where(Doctor.code == "dr-new")) is True


def test_a_referral_is_rewarded_through_the_interface(api: Caller, mai: str) -> None:
    """F8: half at the arrival, the rest at the first paid visit."""
    code = api.get(f"/patients/{mai}/membership").json["invite_code"]
    source = {"kind": "referral", "referral_code": code}
    api.put("/patients/P-2", {"name": "Bình", "phone": "0903000222", "source": source})
    api.put("/visits/V-1", visit_body("P-2", status="arrived"))
    assert _balance(api, mai) == 50
    api.put("/visits/V-1", visit_body("P-2"))
    member = api.get(f"/patients/{mai}/membership").json
    assert (member["points"]["balance"], member["tier"], member["counted_referrals"]) == (100, "silver", 1)


@pytest.mark.parametrize(
    ("change", "status", "expected"),
    [
        ({"patient": "P-404"}, 422, [("patient", "patient_unknown")]),
        ({"status": "lost"}, 422, [("status", "unreadable")]),
        ({"lines": None}, 422, [("lines", "no_lines")]),
        ({"scheduled_at": "2026-11-16T09:00:00"}, 422, [("scheduled_at", "instant_unreadable")]),
        ({"scheduled_at": "0001-01-01T00:00:00+14:00"}, 422, [("scheduled_at", "instant_unreadable")]),
        ({"completed_at": "2090-01-01T00:00:00Z"}, 422, [("completed_at", "date_impossible")]),
        ({"vouchers": ["WELCOME10"]}, 422, [("vouchers", "voucher_unknown")]),
        ({"vouchers": ["WELCOME10", "welcome-10"]}, 422, [("vouchers", "offer_twice")]),
        ({"certificates": [{"code": "X"}]}, 422, [("certificates", "certificate_unknown")]),
        (
            {"certificates": [{"code": "X", "amount": "0"}]},
            422,
            [("certificates", "amount_not_positive")],
        ),
        (
            {"certificates": [{"code": "X", "amount": "0.5"}]},
            422,
            [("certificates.0.amount", "amount_too_precise")],
        ),
        ({"packages": ["X"]}, 422, [("packages", "package_unknown")]),
        ({"points_used": True}, 422, [("points_used", "unreadable")]),
        ({"points_used": 10**30}, 422, [("points_used", "unreadable")]),
        (
            {"lines": [{"service": "cleaning", "amount": "0.5"}], "payments": []},
            422,
            [("lines.0.amount", "amount_too_precise")],
        ),
        (
            {"lines": [{"service": "cleaning", "amount": 5}]},
            422,
            [("lines.0.amount", "amount_unreadable")],
        ),
        (
            {"lines": [{"service": "cleaning", "amount": "1", "price": "1"}]},
            422,
            [("lines.0.price", "unknown_field")],
        ),
        (
            {"payments": [{"id": "a", "amount": "1", "paid_at": "2026-11-16T10:00:00Z"}] * 2},
            422,
            [("payments", "payment_twice")],
        ),
    ],
)
def test_what_cannot_be_is_refused(
    api: Caller, mai: str, look: Look, change: dict[str, Any], status: int, expected: list[tuple[str, str]]
) -> None:
    answer = api.put("/visits/V-1", visit_body(**change))
    assert (answer.status_code, faults(answer)) == (status, expected)
    with look() as session:
        assert session.scalar(select(func.count()).select_from(Visit)) == 0


def test_a_visit_never_changes_its_patient(api: Caller, mai: str) -> None:
    api.put("/patients/P-2", {"name": "Bình"})
    api.put("/visits/V-1", visit_body())
    answer = api.put("/visits/V-1", visit_body("P-2"))
    assert (answer.status_code, faults(answer)) == (409, [("patient", "other_patient")])
