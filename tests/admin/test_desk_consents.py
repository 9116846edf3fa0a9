"""Consents that a patient gives or withdraws at the desk or on the phone (C5, C10)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.clock import now as clock_now
from loyalty.patients.models import Consent
from loyalty.patients.operations import record_consent
from loyalty.patients.queries import consent_given
from tests.admin.conftest import As
from tests.admin.scenes import acts, someone, token_of
from tests.support.acting import commit
from tests.support.visitor import FormOnPage, Visitor, seen


def form_of(visitor: Visitor, patient_id: int, purpose: str = "marketing") -> FormOnPage:
    return visitor.get(f"/admin/patients/{patient_id}").form(
        f"/admin/patients/{patient_id}/consents/{purpose}"
    )


def says(house: Session, patient_id: int, granted: bool, channel: str = "any") -> None:
    """The patient herself, in her own pages."""
    who = Actor("patient", patient_id)
    record_consent(
        house, patient_id=patient_id, purpose="marketing", channel=channel, granted=granted, source="portal",
        wording="portal-2026-11", actor=who, now=clock_now(),
    )  # fmt: skip
    commit(house)


def agreed(house: Session, patient_id: int, channel: str = "any") -> bool:
    given = consent_given(house, patient_id, "marketing", channel)
    house.rollback()
    return given


def test_c5_a_yes_and_a_no_are_acts_with_a_reason(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    form_of(lan, mai).submit(granted="yes", reason="Asked for the letter")
    assert agreed(house, mai)
    form_of(lan, mai).submit(granted="no", reason="Called on Monday")
    assert not agreed(house, mai)
    kept = [(act.granted, act.source) for act in seen(house, select(Consent).order_by(Consent.id))]
    assert kept == [(True, "desk"), (False, "desk")]
    noted = [act.reason for act in acts(house, "consent.changed")]
    assert noted == ["Asked for the letter", "Called on Monday"]
    assert "News and offers: withdrawn" in lan.get(f"/admin/patients/{mai}").text("main .checks")


def test_what_was_withdrawn_at_the_desk_may_be_given_there(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    form_of(lan, mai).submit(granted="no", reason="Called")
    form_of(lan, mai).submit(granted="yes", reason="Called again")
    assert agreed(house, mai)


@pytest.mark.parametrize("channel", ["any", "sms"])
def test_c10_nobody_lifts_her_own_no(as_staff: As, house: Session, channel: str) -> None:
    mai = someone(house)
    says(house, mai, False, channel)
    page = form_of(as_staff("lan"), mai).submit(status=409, granted="yes", reason="Surely fine")
    assert "Only she herself can say yes again" in page.text(".note.bad")
    assert not agreed(house, mai, channel)


@pytest.mark.parametrize("channel", ["any", "sms"])
def test_c5_a_no_always_counts(as_staff: As, house: Session, channel: str) -> None:
    """Also where she had said no to everything before and then yes to one channel."""
    mai = someone(house)
    says(house, mai, False)
    says(house, mai, True, channel)
    form_of(as_staff("lan"), mai).submit(granted="no", reason="Wants quiet")
    assert not agreed(house, mai, channel)


@pytest.mark.parametrize(
    "values", [{"granted": "yes"}, {"granted": "yes", "reason": " "}, {"granted": "perhaps", "reason": "x"}]
)
def test_half_an_answer_notes_nothing(as_staff: As, house: Session, values: dict[str, str]) -> None:
    page = form_of(as_staff("lan"), someone(house)).submit(status=422, **values)
    assert page.texts(".note.bad")
    assert seen(house, select(Consent)) == []


def test_an_unknown_purpose_is_not_there(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    values = {"csrf_token": token_of(lan.get("/admin/")), "granted": "yes", "reason": "x"}
    lan.post(f"/admin/patients/{mai}/consents/everything", values, status=404)


def test_who_may_not_edit_has_no_form(as_staff: As, house: Session) -> None:
    assert as_staff("nhung").get(f"/admin/patients/{someone(house)}").texts(".checks form") == []
