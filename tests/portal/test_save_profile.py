"""What a patient changes about herself."""

from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.patients.models import Patient
from tests.portal.browser import Browser
from tests.portal.scenes import all_of, fresh


def test_the_form_stands_filled_in(reader: Browser) -> None:
    filled = reader.get("/me").fields("/me")
    assert (filled["name"], filled["email"], filled["preferred_channel"]) == ("Nguyễn Văn An", "", "")


def test_changes_are_saved_and_audited(reader: Browser, session: Session, an: Patient) -> None:
    page = reader.submit(
        "/me", "/me", name="Nguyễn An", salutation="anh", email="An@Example.org", preferred_channel="zalo"
    )
    assert (page.status, page.location) == (303, "/me#profile")
    saved = fresh(session, an)
    assert (saved.name, saved.salutation, saved.email, saved.preferred_channel) == (
        "Nguyễn An",
        "anh",
        "an@example.org",
        "zalo",
    )
    [entry] = all_of(session, AuditEntry, AuditEntry.action == "patient.changed")
    assert (entry.actor_kind, entry.actor_id) == ("patient", an.id)


def test_saving_it_unchanged_changes_nothing(reader: Browser, session: Session) -> None:
    reader.submit("/me", "/me")
    assert all_of(session, AuditEntry, AuditEntry.action == "patient.changed") == []


def test_a_wrong_address_is_told_beside_its_field(reader: Browser, session: Session, an: Patient) -> None:
    page = reader.submit("/me", "/me", email="an at example")
    assert page.status == 422
    assert page.tree.css_first("#email[aria-invalid=true]") is not None
    assert page.fields("/me")["email"] == "an at example"
    assert fresh(session, an).email is None


def test_a_name_is_needed(reader: Browser, session: Session, an: Patient) -> None:
    for name in ("", "   ", "x" * 201):
        assert reader.submit("/me", "/me", name=name).status == 422
    assert fresh(session, an).name == "Nguyễn Văn An"


def test_a_channel_the_clinic_does_not_have_is_refused(
    reader: Browser, session: Session, an: Patient
) -> None:
    assert reader.submit("/me", "/me", preferred_channel="pigeon").status == 422
    assert fresh(session, an).preferred_channel is None


def test_the_phone_is_shown_in_part_and_can_not_be_changed_here(
    reader: Browser, session: Session, an: Patient
) -> None:
    page = reader.get("/me")
    assert "••• 111" in page.text("#profile")
    assert "+84903111111" not in page.html
    reader.submit("/me", "/me", phone="+84999999999")
    assert fresh(session, an).phone == "+84903111111"


def test_me_needs_a_login(visitor: Browser) -> None:
    assert visitor.get("/me").status == 303
