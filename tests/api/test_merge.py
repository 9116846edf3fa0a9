"""Two records of one person, merged by the medical system (P17)."""

from loyalty.access.models import ApiRequest
from tests.api.conftest import Caller, Look, faults, visit_body


def _second(api: Caller) -> None:
    body = {"name": "Nguyen Thi Mai", "phone": "+84903123457"}
    assert api.put("/patients/P-2", body).status_code == 201
    for number, patient in enumerate(("P-1", "P-2")):
        assert api.put(f"/visits/V-{number}", visit_body(patient)).status_code == 201


def test_everything_goes_over_and_a_repeat_changes_nothing(api: Caller, mai: str) -> None:
    _second(api)
    body = {"id": "m-1", "into": mai}
    first = api.post("/patients/P-2/merge", body)
    assert (first.status_code, first.json) == (200, {"into": mai, "merged": True, "balance": 200})
    assert api.post("/patients/P-2/merge", body).json == first.json
    again = api.post("/patients/P-2/merge", {"id": "m-2", "into": mai})
    assert (again.status_code, again.json["merged"], again.json["balance"]) == (200, False, 200)
    other = api.post("/patients/P-2/merge", {"id": "m-1", "into": "P-2"})
    assert (other.status_code, faults(other)) == (409, [("id", "key_reused")])
    assert api.get(f"/patients/{mai}/membership").json["counted_visits"] == 2
    assert api.get("/visits/V-1").json["patient"] == mai


def test_the_merged_record_points_to_the_kept_one(api: Caller, mai: str) -> None:
    _second(api)
    api.post("/patients/P-2/merge", {"id": "m-1", "into": mai})
    for path in ("", "/membership", "/ledger", "/offers"):
        answer = api.get(f"/patients/P-2{path}")
        assert (answer.status_code, faults(answer)) == (410, [("external_id", "patient_merged")])
        assert answer.headers["Link"] == '</api/v1/patients/P-1>; rel="canonical"'
    assert api.put("/patients/P-2", {"name": "Mai"}).status_code == 409
    answer = api.put("/visits/V-9", visit_body("P-2"))
    assert (answer.status_code, faults(answer)) == (409, [("patient", "patient_merged")])


def test_what_cannot_be_merged(api: Caller, mai: str, look: Look) -> None:
    _second(api)
    for path, into, status, fault in (
        ("P-9", mai, 404, ("external_id", "unknown_path")),
        (mai, "P-9", 422, ("into", "patient_unknown")),
        (mai, mai, 422, ("into", "merge_same")),
    ):
        answer = api.post(f"/patients/{path}/merge", {"id": "m-1", "into": into})
        assert (answer.status_code, faults(answer)) == (status, [fault])
    missing = api.post(f"/patients/{mai}/merge", {"into": "P-2"})
    assert (missing.status_code, faults(missing)) == (422, [("id", "missing")])
    api.put("/patients/P-3", {"name": "Mai"})
    api.post("/patients/P-2/merge", {"id": "m-2", "into": mai})
    chain = api.post(f"/patients/{mai}/merge", {"id": "m-3", "into": "P-3"})
    assert (chain.status_code, faults(chain)) == (409, [("into", "merge_chain")])
    with look() as session:
        assert session.query(ApiRequest).count() == 1
