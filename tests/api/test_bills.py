"""Points, vouchers, certificates and packages on the visits of the medical system (V1 to V6, P12)."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select

from loyalty.activity.models import AuditEntry
from loyalty.patients.queries import patient_by_external_id
from loyalty.points.operations import credit
from loyalty.rewards.models import Certificate, Package, Voucher
from loyalty.rewards.operations import issue_voucher, open_package, sell_certificate
from tests.api.conftest import Caller, Look, faults, visit_body
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, service


@dataclass(frozen=True)
class Hand:
    """What Mai brings along, by code; 500 points are on her account."""

    voucher: str
    certificate: str
    package: str


@pytest.fixture
def hand(mai: str, look: Look) -> Hand:
    with look() as session:
        patient = patient_by_external_id(session, mai)
        credit(session, patient_id=patient.id, points=500, kind="adjust", key="k", valid_to=None, now=NOON)
        made = {"actor": LAN, "now": NOON}
        voucher = issue_voucher(
            session, kind="percent", percent_hundredths=1000, patient_id=patient.id, **made
        )
        certificate = sell_certificate(session, amount_minor=500_000, valid_to=None, **made)
        package = open_package(
            session, patient_id=patient.id, service_id=service(session, "examination").id, sessions=2, **made
        )
        found = Hand(voucher.code, certificate.code, package.code)
        commit(session, NOON)
    return found


def left(look: Look) -> tuple[int, int, int]:
    """Uses of the voucher, what the certificate can still pay, sessions taken."""
    with look() as session:
        balance = session.scalars(select(Certificate.balance_minor - Certificate.held_minor)).one()
        uses, taken = select(Voucher.used_count), select(Package.used)
        return session.scalars(uses).one(), balance, session.scalars(taken).one()


def points(api: Caller) -> tuple[int, int]:
    """Balance and what can be used of it."""
    found = api.get("/patients/P-1/membership").json["points"]
    return found["balance"], found["available"]


def with_offers(hand: Hand, **more: Any) -> dict[str, Any]:
    line = {"service": "examination", "specialty": "dental", "quantity": 1, "amount": "300000"}
    lines = [*visit_body()["lines"], line]
    offers = {
        "vouchers": [hand.voucher],
        "points_used": 400,
        "certificates": [{"code": hand.certificate, "amount": "300000"}],
        "packages": [hand.package],
    }
    paid = [{"id": "pay-1", "amount": "200000", "paid_at": "2026-11-16T10:01:00+07:00"}]
    return visit_body(lines=lines, payments=paid, **{**offers, **more})


BILL = {
    "gross": "1300000",
    "discount": "100000",
    "points_value": "400000",
    "certificate": "300000",
    "due": "200000",
    "paid": "200000",
    "refunded": "0",
    "package": "300000",
}


def test_v1_a_visit_settled_by_everything(api: Caller, hand: Hand, look: Look) -> None:
    body = with_offers(hand)
    asked = {name: body[name] for name in ("patient", "lines", "vouchers", "certificates", "packages")}
    quoted = api.post("/quotes", {**asked, "points_used": 400})
    assert {name: quoted.json[name] for name in BILL} == {**BILL, "paid": "0"}
    assert (quoted.json["points_available"], quoted.json["points_to_earn"]) == (500, 50)
    assert left(look) == (0, 500_000, 0)

    first = api.put("/visits/V-1", body)
    assert (first.status_code, first.json["bill"], first.json["points_earned"]) == (201, BILL, 50)
    for name in ("vouchers", "points_used", "certificates", "packages"):
        assert first.json[name] == body[name]
    again = api.put("/visits/V-1", body)
    assert (again.status_code, again.json) == (200, first.json)
    assert left(look) == (1, 200_000, 1)
    assert points(api) == (150, 150)


def test_max_points_are_what_the_cap_and_the_balance_allow(api: Caller, hand: Hand) -> None:
    line = {"service": "cleaning", "amount": "900000"}
    asked = {"patient": "P-1", "lines": [line], "points_used": "max", "vouchers": [hand.voucher]}
    assert api.post("/quotes", asked).json["points_used"] == 405
    asked["certificates"] = [{"code": hand.certificate}]
    found = api.post("/quotes", asked).json
    assert (found["points_used"], found["certificate"], found["due"]) == (405, "405000", "0")
    assert "package" not in found


def test_v3_what_a_booking_names_is_reserved_and_taken_when_it_is_completed(
    api: Caller, hand: Hand, look: Look
) -> None:
    body = with_offers(hand)
    for status in ("booked", "booked", "arrived"):
        kept = api.put("/visits/V-1", {**body, "status": status}).json
        assert (kept["vouchers"], kept["points_used"]) == ([hand.voucher], 400)
        assert kept["certificates"] == body["certificates"]
        assert kept["packages"] == [hand.package]
        assert left(look) == (1, 200_000, 1)
        assert points(api) == (500, 100)
    silent = {key: value for key, value in body.items() if key not in (
        "vouchers", "points_used", "certificates", "packages",
    )}  # fmt: skip
    done = api.put("/visits/V-1", silent)
    assert (done.json["bill"], done.json["vouchers"]) == (BILL, [hand.voucher])
    assert left(look) == (1, 200_000, 1)
    assert points(api) == (150, 150)


def test_v3_cancelling_frees_what_was_reserved(api: Caller, hand: Hand, look: Look) -> None:
    api.put("/visits/V-1", with_offers(hand, status="booked"))
    cancelled = api.put("/visits/V-1", with_offers(hand, status="cancelled"))
    assert (cancelled.json["status"], cancelled.json["vouchers"]) == ("cancelled", [])
    assert left(look) == (0, 500_000, 0)
    assert points(api) == (500, 500)


def test_v3_an_emptied_list_frees_and_a_missing_one_does_not(api: Caller, hand: Hand, look: Look) -> None:
    api.put("/visits/V-1", with_offers(hand, status="booked"))
    changed = {"patient": "P-1", "status": "booked", "vouchers": [], "points_used": 0}
    kept = api.put("/visits/V-1", changed).json
    assert (kept["vouchers"], kept["points_used"], kept["packages"]) == ([], 0, [hand.package])
    assert left(look) == (0, 200_000, 1)


def test_p11_a_completion_is_undone_and_done_anew(api: Caller, hand: Hand, look: Look) -> None:
    body = with_offers(hand)
    done = api.put("/visits/V-1", body).json
    undone = api.put("/visits/V-1", visit_body(status="arrived"))
    assert (undone.status_code, undone.json["status"], undone.json["points_earned"]) == (200, "arrived", 0)
    assert undone.json["bill"] == {
        **{name: "0" for name in BILL if name != "package"},
    }
    assert (undone.json["lines"], undone.json["payments"]) == ([], [])
    assert left(look) == (0, 500_000, 0)
    assert points(api) == (500, 500)
    assert api.get("/patients/P-1/membership").json["counted_visits"] == 0
    assert api.put("/visits/V-1", visit_body(status="arrived")).json == undone.json
    assert api.put("/visits/V-1", body).json == done
    assert left(look) == (1, 200_000, 1)


def test_a_refund_of_days_to_come_is_refused(api: Caller, mai: str) -> None:
    api.put("/visits/V-1", visit_body())
    body = {"id": "r-1", "amount": "1000", "refunded_at": "2150-01-01T00:00:00Z"}
    answer = api.post("/visits/V-1/refunds", body)
    assert (answer.status_code, faults(answer)) == (422, [("refunded_at", "date_impossible")])
    assert api.get("/visits/V-1").json["bill"]["refunded"] == "0"


def test_undoing_after_a_refund_is_refused(api: Caller, mai: str) -> None:
    api.put("/visits/V-1", visit_body())
    api.post("/visits/V-1/refunds", {"id": "r", "amount": "1"})
    answer = api.put("/visits/V-1", visit_body(status="arrived"))
    assert (answer.status_code, faults(answer)) == (409, [("status", "undo_after_refund")])


def test_p12_a_refund_goes_back_where_it_came_from(api: Caller, hand: Hand, look: Look) -> None:
    api.put("/visits/V-1", with_offers(hand))
    refund = {"id": "r1", "amount": "350000"}
    for _ in range(2):
        assert api.post("/visits/V-1/refunds", refund).json == {
            "points_reversed": 35, "balance": 115, "money": "200000", "certificate": "150000", "points": 0,
        }  # fmt: skip
    assert left(look) == (1, 350_000, 1)
    odd = api.post("/visits/V-1/refunds", {"id": "r2", "amount": "150500"})
    assert (odd.status_code, faults(odd)) == (422, [("amount", "refund_not_whole_points")])
    much = api.post("/visits/V-1/refunds", {"id": "r2", "amount": "550001"})
    assert (much.status_code, faults(much)) == (409, [("amount", "refund_exceeds_paid")])
    rest = api.post("/visits/V-1/refunds", {"id": "r2", "amount": "550000"}).json
    assert (rest["points"], rest["certificate"], rest["balance"]) == (400, "150000", 500)
    assert api.get("/patients/P-1/membership").json["counted_visits"] == 0
    assert api.get("/visits/V-1").json["bill"]["refunded"] == "200000"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"vouchers": []}, "vouchers"),
        ({"certificates": []}, "certificates"),
        ({"packages": []}, "packages"),
        ({"points_used": 0}, "points_used"),
    ],
)
def test_the_offers_of_a_closed_visit_stay(
    api: Caller, hand: Hand, look: Look, change: dict[str, Any], field: str
) -> None:
    first = api.put("/visits/V-1", with_offers(hand))
    with look() as session:
        audited = session.scalar(select(func.count()).select_from(AuditEntry))
    answer = api.put("/visits/V-1", with_offers(hand, **change))
    assert (answer.status_code, faults(answer)) == (409, [(field, "visit_closed")])
    assert api.get("/visits/V-1").json == first.json
    with look() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == audited


def test_a_certificate_that_had_nothing_to_pay_is_no_change_either(api: Caller, hand: Hand) -> None:
    lines = [{"service": "examination", "amount": "300000"}]
    use = [{"code": hand.certificate}]
    body = visit_body(lines=lines, payments=[], packages=[hand.package], certificates=use)
    first = api.put("/visits/V-1", body).json
    assert (first["bill"]["due"], first["bill"]["certificate"], first["certificates"]) == ("0", "0", [])
    assert api.put("/visits/V-1", body).json == first
