"""Choosing a nickname and deciding on it (B3, B6)."""

import pytest
from sqlalchemy import select

from loyalty.activity.models import AuditEntry
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.leaderboard import operations, queries, rules
from loyalty.leaderboard.models import Nickname
from tests.leaderboard.conftest import FIRST_OF_DECEMBER, Clinic


def kept(clinic: Clinic, patient_id: int) -> Nickname:
    found = queries.nickname_of(clinic.session, patient_id)
    assert found is not None
    return found


def actions(clinic: Clinic) -> list[str]:
    entries = select(AuditEntry.action).where(AuditEntry.object_kind == "nickname").order_by(AuditEntry.id)
    return list(clinic.session.scalars(entries))


def test_b3_a_nickname_waits_for_staff(clinic: Clinic) -> None:
    mai = clinic.patient()
    clinic.nickname(mai, " Biển  Xanh ", approve=None)
    assert (kept(clinic, mai).nickname, kept(clinic, mai).state) == ("Biển Xanh", rules.WAITING)
    clinic.decide(mai, True)
    found = kept(clinic, mai)
    assert (found.state, found.decided_by_id) == (rules.APPROVED, clinic.director.id)
    assert actions(clinic) == ["nickname.proposed", "nickname.approved"]


def test_b3_a_new_proposal_waits_again(clinic: Clinic) -> None:
    mai = clinic.patient()
    clinic.nickname(mai, "Blue Sea")
    clinic.decide(mai, True, change_to="Sea")
    clinic.nickname(mai, "Green Sea", approve=None)
    found = kept(clinic, mai)
    assert (found.nickname, found.state, found.changed_to, found.decided_at) == (
        "Green Sea",
        rules.WAITING,
        None,
        None,
    )


@pytest.mark.parametrize("approve", [True, False, None])
def test_b3_the_same_proposal_again_changes_nothing(clinic: Clinic, approve: bool | None) -> None:
    mai = clinic.patient()
    clinic.nickname(mai, "Blue Sea", approve=approve)
    before, written = kept(clinic, mai).state, actions(clinic)
    clinic.nickname(mai, "Blue  Sea", approve=None)
    assert (kept(clinic, mai).state, actions(clinic)) == (before, written)


def test_b6_staff_may_change_it_and_the_patients_word_is_kept(clinic: Clinic) -> None:
    mai = clinic.patient()
    clinic.nickname(mai, "Doctor Google", approve=None)
    clinic.decide(mai, True, change_to=" Teacher  Google ")
    found = kept(clinic, mai)
    assert (found.nickname, found.changed_to, found.state) == (
        "Doctor Google",
        "Teacher Google",
        rules.APPROVED,
    )
    last = clinic.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert (last.action, last.actor_id, last.patient_id) == ("nickname.changed", clinic.director.id, mai)
    assert last.before == {
        "nickname": "Doctor Google",
        "changed_to": None,
        "state": "waiting",
        "real_name_allowed": False,
    }
    assert last.after == {**last.before, "changed_to": "Teacher Google", "state": "approved"}


def test_deciding_twice_is_one_decision(clinic: Clinic) -> None:
    mai = clinic.patient()
    clinic.nickname(mai, "Blue Sea")
    clinic.decide(mai, True)
    assert actions(clinic) == ["nickname.proposed", "nickname.approved"]


def test_b6_staff_cannot_publish_a_real_name_that_was_not_allowed(clinic: Clinic) -> None:
    mai = clinic.patient("Nguyễn Mai")
    clinic.nickname(mai, "Blue Sea", approve=None)
    with pytest.raises(Refusal, match="nickname_real_name"):
        clinic.decide(mai, True, change_to="NGUYEN MAI")


def test_b6_the_real_name_needs_no_nickname(clinic: Clinic) -> None:
    mai = clinic.patient("Nguyễn Mai")
    clinic.nickname(mai, " ", real_name_allowed=True)
    assert (kept(clinic, mai).nickname, kept(clinic, mai).real_name_allowed) == ("", True)
    with pytest.raises(Refusal, match="nickname_length"):
        clinic.nickname(mai, " ", real_name_allowed=False)


def test_b3_a_decision_is_about_the_word_that_was_seen(clinic: Clinic) -> None:
    mai = clinic.patient()
    clinic.nickname(mai, "Blue Sea", approve=None)
    clinic.nickname(mai, "Rude Word", approve=None)
    with pytest.raises(Refusal, match="nickname_changed"):
        clinic.decide(mai, True, seen="Blue Sea")
    assert kept(clinic, mai).state == rules.WAITING
    clinic.decide(mai, False, seen="Rude Word")
    assert kept(clinic, mai).state == rules.REFUSED


def test_nobody_decides_on_what_was_never_proposed(clinic: Clinic) -> None:
    with pytest.raises(Refusal, match="nickname_missing"):
        clinic.decide(clinic.patient(), True)


def test_an_unknown_patient_has_no_nickname(clinic: Clinic) -> None:
    with pytest.raises(Refusal, match="patient_unknown"):
        operations.propose_nickname(
            clinic.session,
            patient_id=4711,
            nickname="Blue Sea",
            real_name_allowed=False,
            actor=Actor("patient", 4711),
            now=FIRST_OF_DECEMBER,
        )
