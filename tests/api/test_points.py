"""Membership, ledger, refunds and quotes."""

from sqlalchemy import func, select

from loyalty.clinic.models import Service
from loyalty.visits.models import Refund, Visit
from tests.api.conftest import Caller, Look, faults, visit_body


def _million(api: Caller, number: int) -> None:
    assert api.put(f"/visits/V-{number}", visit_body()).status_code == 201


def test_membership_before_the_first_visit(api: Caller, mai: str) -> None:
    member = api.get(f"/patients/{mai}/membership").json
    assert len(member.pop("invite_code")) == 8
    assert member == {
        "tier": None,
        "next_tier": "member",
        "progress_percent": 0.0,
        "counted_visits": 0,
        "counted_referrals": 0,
        "visits_remaining": 1,
        "referrals_remaining": None,
        "badges": [],
        "points": {"balance": 0, "available": 0, "lots": []},
    }


def test_membership_tells_both_ways_and_the_lots(api: Caller, mai: str) -> None:
    """M1, M9, P5: five visits are silver, three short of gold."""
    for number in range(5):
        _million(api, number)
    member = api.get(f"/patients/{mai}/membership").json
    assert (member["tier"], member["next_tier"], member["progress_percent"]) == ("silver", "gold", 62.5)
    assert (member["visits_remaining"], member["referrals_remaining"]) == (3, 3)
    assert member["badges"] == ["first-visit"]
    lots = [{"points": 100, "valid_to": "2027-05-16"}] * 5
    assert member["points"] == {"balance": 500, "available": 500, "lots": lots}


def test_the_ledger_is_paged_by_key(api: Caller, mai: str) -> None:
    for number in range(3):
        _million(api, number)
    entries = api.get(f"/patients/{mai}/ledger").json
    assert [entry["visit"] for entry in entries] == ["V-0", "V-1", "V-2"]
    first = entries[0]
    assert {name: first[name] for name in first if name != "id"} == {
        "kind": "earn",
        "points": 100,
        "at": "2026-11-16T10:01:00+07:00",
        "valid_to": "2027-05-16",
        "visit": "V-0",
        "refund": None,
        "referral": None,
        "reason": None,
    }
    page = api.get(f"/patients/{mai}/ledger?limit=2")
    assert page.json == entries[:2]
    more = page.headers["Link"].partition(">")[0].removeprefix("</api/v1")
    last = api.get(more)
    assert (last.json, "Link" in last.headers) == (entries[2:], False)


def test_unknown_or_impossible_queries_are_refused(api: Caller, mai: str) -> None:
    for query, expected in (
        ("limit=0", [("limit", "unreadable")]),
        ("limit=5&limit=6", [("limit", "unreadable")]),
        ("after=999999999999999999999", [("after", "unreadable")]),
        ("page=2", [("page", "unknown_field")]),
    ):
        answer = api.get(f"/patients/{mai}/ledger?{query}")
        assert (answer.status_code, faults(answer)) == (422, expected)
    assert api.get(f"/patients/{mai}?x=1").status_code == 422


def test_a_refund_takes_back_what_was_earned(api: Caller, mai: str) -> None:
    """P9, P12: the same id and body gives the first answer, another body is refused."""
    _million(api, 1)
    body = {"id": "r-1", "amount": "250000", "refunded_at": "2026-11-17T09:00:00+07:00"}
    first = api.post("/visits/V-1/refunds", body)
    assert (first.status_code, first.json) == (200, {"points_reversed": 25, "balance": 75})
    rest = api.post("/visits/V-1/refunds", {"id": "r-2", "amount": "750000"})
    assert rest.json == {"points_reversed": 75, "balance": 0}
    again = api.post("/visits/V-1/refunds", body)
    assert (again.status_code, again.json) == (200, first.json)
    other = api.post("/visits/V-1/refunds", {**body, "amount": "1"})
    assert (other.status_code, faults(other)) == (409, [("id", "key_reused")])
    visit = api.get("/visits/V-1").json
    assert (visit["status"], visit["bill"]["refunded"], visit["points_earned"]) == (
        "completed",
        "1000000",
        100,
    )
    assert api.get(f"/patients/{mai}/membership").json["counted_visits"] == 0
    ledger = api.get(f"/patients/{mai}/ledger").json
    assert [(entry["kind"], entry["refund"]) for entry in ledger] == [
        ("earn", None),
        ("reverse", "r-1"),
        ("reverse", "r-2"),
    ]


def test_the_id_may_come_as_a_header(api: Caller, mai: str, look: Look) -> None:
    _million(api, 1)
    for _ in range(2):
        answer = api.post("/visits/V-1/refunds", {"amount": "10000"}, Idempotency_Key="k-1")
        assert (answer.status_code, answer.json) == (200, {"points_reversed": 1, "balance": 99})
    reused = api.post("/visits/V-1/refunds", {"id": "r-9", "amount": "5"}, Idempotency_Key="k-1")
    assert (reused.status_code, faults(reused)) == (409, [("id", "key_reused")])
    with look() as session:
        assert session.scalar(select(func.count()).select_from(Refund)) == 1
    without = api.post("/visits/V-1/refunds", {"amount": "10000"})
    assert (without.status_code, faults(without)) == (422, [("id", "missing")])


def test_an_answer_lost_on_the_way_is_given_again(api: Caller, mai: str, look: Look) -> None:
    """A process that died between the refund and its answer leaves an id without one."""
    from loyalty.access.models import ApiRequest

    _million(api, 1)
    body = {"id": "r-1", "amount": "250000"}
    first = api.post("/visits/V-1/refunds", body)
    with look() as session:
        kept = session.query(ApiRequest).one()
        kept.status, kept.answer = 0, ""
        session.commit()
    again = api.post("/visits/V-1/refunds", body)
    assert (again.status_code, again.json) == (200, first.json)


def test_impossible_refunds_are_refused(api: Caller, mai: str) -> None:
    _million(api, 1)
    api.put("/visits/V-2", visit_body(status="booked"))
    for visit, amount, status, expected in (
        ("V-1", "1000001", 409, [("amount", "refund_exceeds_paid")]),
        ("V-1", "0", 422, [("amount", "amount_not_positive")]),
        ("V-1", "1.5", 422, [("amount", "amount_too_precise")]),
        ("V-2", "1", 409, [("status", "impossible_move")]),
        ("V-404", "1", 404, [("external_id", "unknown_path")]),
    ):
        answer = api.post(f"/visits/{visit}/refunds", {"id": "r", "amount": amount})
        assert (answer.status_code, faults(answer)) == (status, expected)


def test_a_quote_writes_nothing(api: Caller, mai: str, look: Look) -> None:
    _million(api, 1)
    lines = [{"service": "never-heard", "amount": "600000"}]
    quote = api.post("/quotes", {"patient": mai, "lines": lines, "points_used": "max"})
    assert (quote.status_code, quote.json) == (
        200,
        {
            "gross": "600000",
            "discount": "0",
            "points_value": "100000",
            "certificate": "0",
            "due": "500000",
            "paid": "0",
            "refunded": "0",
            "points_used": 100,
            "points_available": 100,
            "points_to_earn": 50,
        },
    )
    with look() as session:
        assert session.scalar(select(func.count()).select_from(Visit)) == 1
        assert session.scalar(select(Service).where(Service.code == "never-heard")) is None


def test_a_quote_refuses_like_a_visit(api: Caller, mai: str) -> None:
    line = {"service": "cleaning", "amount": "1000000"}
    for change, status, expected in (
        ({"lines": []}, 422, [("lines", "no_lines")]),
        ({"patient": "P-404"}, 422, [("patient", "patient_unknown")]),
        ({"points_used": 10}, 409, [("points_used", "not_enough_points")]),
        ({"points_used": 501}, 422, [("points_used", "points_over_cap")]),
        ({"points_used": "min"}, 422, [("points_used", "unreadable")]),
        ({"vouchers": ["X"]}, 422, [("vouchers", "voucher_unknown")]),
    ):
        answer = api.post("/quotes", {"patient": mai, "lines": [line], **change})
        assert (answer.status_code, faults(answer)) == (status, expected)
