"""PUT and GET /patients/{external_id}."""

from typing import Any

import pytest
from sqlalchemy import func, select

from loyalty.activity.models import AuditEntry
from loyalty.patients.models import Consent, Patient
from loyalty.referrals.models import Referral, Touch
from tests.api.conftest import Caller, Look, faults, visit_body
from tests.support.cast import person

FULL: dict[str, Any] = {
    "name": "Nguyễn Thị Mai",
    "phone": "+84903123456",
    "email": None,
    "birth_date": "1990-01-03",
    "sex": "female",
    "language": "vi",
    "preferred_channel": "zalo",
    "source": {"kind": "walk_in"},
    "guardian": None,
    "deceased_on": None,
    "tags": ["vip"],
    "chronic_conditions": [],
    "medicines": [],
    "consents": [
        {
            "purpose": "marketing",
            "channel": "sms",
            "granted": True,
            "at": "2026-01-05T09:00:00+07:00",
            "wording": "2026-01",
        }
    ],
}


def _count(look: Look, table: Any) -> int:
    with look() as session:
        return int(session.scalar(select(func.count()).select_from(table)))


def _code(api: Caller, external_id: str) -> str:
    return str(api.get(f"/patients/{external_id}/membership").json["invite_code"])


def test_a_patient_comes_back_as_she_was_sent(api: Caller) -> None:
    created = api.put("/patients/P-9", FULL)
    assert (created.status_code, created.json) == (201, FULL)
    read = api.get("/patients/P-9")
    assert (read.status_code, read.json) == (200, FULL)


def test_the_same_put_again_changes_nothing(api: Caller, look: Look) -> None:
    api.put("/patients/P-9", FULL)
    before = _count(look, AuditEntry)
    again = api.put("/patients/P-9", FULL)
    assert (again.status_code, again.json) == (200, FULL)
    assert (_count(look, AuditEntry), _count(look, Patient), _count(look, Consent)) == (before, 1, 1)


def test_what_an_answer_says_can_be_put_back(api: Caller, look: Look) -> None:
    api.put("/patients/P-8", {"name": "An"})
    api.put("/patients/P-9", {**FULL, "source": {"kind": "referral", "referral_code": _code(api, "P-8")}})
    before = _count(look, AuditEntry)
    read = api.get("/patients/P-9").json
    assert read["source"] == {
        "kind": "referral",
        "referral_code": _code(api, "P-8"),
        "referrer": "P-8",
    }
    assert api.put("/patients/P-9", read).json == read
    assert _count(look, AuditEntry) == before


def test_fields_left_out_stay_and_null_empties_them(api: Caller) -> None:
    api.put("/patients/P-9", {**FULL, "email": "mai@example.com"})
    kept = api.put("/patients/P-9", {"name": "Mai"})
    assert kept.json == {**FULL, "name": "Mai", "email": "mai@example.com"}
    emptied = api.put("/patients/P-9", {"name": "Mai", "email": None, "birth_date": None})
    assert (emptied.json["email"], emptied.json["birth_date"]) == (None, None)


def test_a_national_phone_is_read_by_the_clinics_country(api: Caller) -> None:
    assert api.put("/patients/P-2", {"name": "An", "phone": "0903 123 456"}).json["phone"] == "+84903123456"


def test_a_friend_who_came_by_a_link_is_recognised(api: Caller, look: Look) -> None:
    """I1: phone and name agree, and the birth date where both know one."""
    with look() as session:
        person(session, "Trần Bình", phone="+84903000111")
    put = api.put("/patients/P-3", {"name": "TRẦN BÌNH", "phone": "0903000111", "birth_date": "1990-05-01"})
    assert put.status_code == 200
    assert _count(look, Patient) == 1


def test_a_referral_is_attributed_once(api: Caller, mai: str, look: Look) -> None:
    source = {"kind": "referral", "referral_code": _code(api, mai)}
    for status in (201, 200):
        answer = api.put("/patients/P-2", {"name": "Bình", "phone": "0903000222", "source": source})
        assert answer.status_code == status
    assert answer.json["source"] == {**source, "referrer": mai}
    assert (_count(look, Referral), _count(look, Touch)) == (1, 1)


def test_a_referrer_may_be_named_by_her_external_id(api: Caller, mai: str) -> None:
    answer = api.put("/patients/P-2", {"name": "Bình", "source": {"kind": "referral", "referrer": mai}})
    assert answer.json["source"]["referrer"] == mai
    walk_in = api.put("/patients/P-2", {"name": "Bình", "source": {"kind": "walk_in"}})
    assert walk_in.json["source"]["kind"] == "referral"


def test_refused_attributions_change_nothing(api: Caller, mai: str, look: Look) -> None:
    """F4, F5, F6: with the reason's code, and the whole PUT undone."""
    code = _code(api, mai)

    def put(external_id: str, **source: str) -> tuple[int, list[tuple[str, str]]]:
        body = {"name": "Chi", "phone": "0903999888", "source": {"kind": "referral", **source}}
        answer = api.put(f"/patients/{external_id}", body)
        return answer.status_code, faults(answer)

    assert put("P-2", referral_code="NOSUCH99") == (422, [("source.referral_code", "unknown_code")])
    assert put("P-2", referrer="P-77") == (422, [("source.referrer", "patient_unknown")])
    assert put("P-1", referral_code=code) == (409, [("source.referral_code", "self")])
    assert _count(look, Patient) == 1
    api.put("/patients/P-2", {"name": "Chi", "phone": "0903999888"})
    api.put("/visits/V-1", visit_body("P-2"))
    assert put("P-2", referral_code=code) == (409, [("source.referral_code", "existing_patient")])
    assert _count(look, Referral) == 0


def test_an_opt_out_is_never_lifted_by_an_older_or_foreign_word(api: Caller, mai: str, look: Look) -> None:
    """C10, I1: consent is raised only with its instant and wording, never above a later opt-out."""
    word = {"purpose": "marketing", "channel": "sms", "wording": "2026-01"}

    def say(granted: bool, at: str, **more: str) -> tuple[int, Any]:
        body = {"name": "Mai", "consents": [{**word, "granted": granted, "at": at, **more}]}
        answer = api.put(f"/patients/{mai}", body)
        return answer.status_code, faults(answer) if answer.status_code >= 400 else None

    assert say(True, "2026-01-05T09:00:00+07:00") == (200, None)
    assert say(False, "2026-03-05T09:00:00+07:00") == (200, None)
    assert say(True, "2026-02-05T09:00:00+07:00") == (409, [("consents.0", "opted_out")])
    any_channel = say(True, "2026-02-05T09:00:00+07:00", channel="any")
    assert any_channel == (409, [("consents.0", "opted_out")])
    assert say(True, "2026-04-05T09:00:00+07:00") == (200, None)
    assert say(False, "2026-03-05T09:00:00+07:00") == (200, None)
    read = api.get(f"/patients/{mai}").json["consents"]
    assert [(act["channel"], act["granted"], act["at"]) for act in read] == [
        ("sms", True, "2026-04-05T09:00:00+07:00")
    ]


def test_the_patients_own_opt_out_stays_hers(api: Caller, mai: str, look: Look) -> None:
    from loyalty.kernel.actor import Actor
    from loyalty.patients.operations import record_consent
    from tests.support.acting import commit
    from tests.support.cast import NOON

    with look() as session:
        patient_id = session.scalar(select(Patient.id).where(Patient.external_id == mai))
        record_consent(
            session,
            patient_id=patient_id,
            purpose="marketing",
            channel="any",
            granted=False,
            source="portal",
            wording="2026-11",
            actor=Actor("patient", patient_id),
            now=NOON,
        )
        commit(session, NOON)
    raised = {"purpose": "marketing", "granted": True, "at": "2026-11-20T00:00:00Z", "wording": "2026-11"}
    for channel in ("any", "sms"):
        answer = api.put(f"/patients/{mai}", {"name": "Mai", "consents": [{**raised, "channel": channel}]})
        assert (answer.status_code, faults(answer)) == (409, [("consents.0", "opted_out")])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("name", "missing")]),
        ({"name": "An", "nickname": "A"}, [("nickname", "unknown_field")]),
        ({"name": 7}, [("name", "unreadable")]),
        ({"name": "An\0"}, [("name", "unreadable")]),
        ({"name": " "}, [("name", "name_missing")]),
        ({"name": "An", "birth_date": "0000-01-01"}, [("birth_date", "day_unreadable")]),
        ({"name": "An", "birth_date": "2026-02-30"}, [("birth_date", "day_unreadable")]),
        ({"name": "An", "birth_date": "2199-01-01"}, [("birth_date", "date_impossible")]),
        ({"name": "An", "phone": "12"}, [("phone", "phone_unreadable")]),
        ({"name": "An", "email": "a@@b"}, [("email", "email_unreadable")]),
        ({"name": "An", "guardian": "P-404"}, [("guardian", "patient_unknown")]),
        ({"name": "An", "guardian": "P-5"}, [("guardian", "guardian_self")]),
        ({"name": "An", "medicines": ["insulin"]}, [("medicines", "not_offered_yet")]),
        ({"name": "An", "source": {"kind": "referral"}}, [("source", "missing")]),
        ({"name": "An", "consents": [{"purpose": "care", "granted": True}]}, [("consents.0", "missing")]),
        ({"name": "An", "sex": "x", "tags": "vip"}, [("sex", "unreadable"), ("tags", "unreadable")]),
    ],
)
def test_what_cannot_be_is_refused_field_by_field(
    api: Caller, look: Look, body: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    answer = api.put("/patients/P-5", body)
    assert (answer.status_code, faults(answer)) == (422, expected)
    assert _count(look, Patient) == 0


def test_later_offers_may_be_empty(api: Caller) -> None:
    body = {"name": "An", "chronic_conditions": None, "medicines": []}
    assert api.put("/patients/P-5", body).json["chronic_conditions"] == []


def test_an_unknown_patient_is_not_found(api: Caller) -> None:
    for path in ("/patients/P-404", "/patients/P-404/membership", "/patients/P-404/ledger"):
        answer = api.get(path)
        assert (answer.status_code, faults(answer)) == (404, [("external_id", "unknown_path")])
