"""Finding patients, adding them, changing them."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.patients.models import Consent, Patient
from tests.admin.conftest import As
from tests.admin.scenes import acts, own_form, patient_now, someone, statements
from tests.support.visitor import Page, seen


def names(page: Page) -> list[str]:
    return page.texts("tbody .who b")


def test_search_without_tone_marks(as_staff: As, house: Session) -> None:
    someone(house, "Nguyễn Thị Mai")
    someone(house, "Đỗ Minh Tuấn")
    assert names(as_staff("lan").get("/admin/patients?q=do+minh")) == ["Đỗ Minh Tuấn"]


def test_search_by_phone_and_card(as_staff: As, house: Session) -> None:
    mai = someone(house, phone="+84905000218")
    someone(house, "Chi")
    card = patient_now(house, mai).card_number
    lan = as_staff("lan")
    assert names(lan.get("/admin/patients?q=0905+000+218")) == ["Nguyễn Thị Mai"]
    assert names(lan.get(f"/admin/patients?q={card[:4]}+{card[4:]}")) == ["Nguyễn Thị Mai"]


def test_phones_are_masked_in_lists(as_staff: As, house: Session) -> None:
    someone(house, phone="+84905000218")
    page = as_staff("lan").get("/admin/patients")
    assert "905000" not in page.response.text
    assert page.texts("td[data-label=Phone]") == ["••• 218"]


def test_show_more_brings_the_rest(as_staff: As, house: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin.patients.PAGE", 2)
    for name in ("An", "Bình", "Chi", "Dung"):
        someone(house, name)
    lan = as_staff("lan")
    page = lan.get("/admin/patients")
    link = page.tree.css_first("a.more")
    assert link is not None
    path = link.attributes["href"] or ""
    assert names(page) == ["An", "Bình"]
    assert names(lan.get(path)) == ["Chi", "Dung"]
    part = lan.get(path, htmx=True)
    assert "<html" not in part.response.text
    assert part.texts("b.blk") == ["Chi", "Dung"]


def test_f18_those_without_a_source_are_a_list(as_staff: As, house: Session) -> None:
    someone(house, "An")
    someone(house, "Chi", source_kind=None)
    assert names(as_staff("lan").get("/admin/patients?only=without_source")) == ["Chi"]


def test_the_list_costs_the_same_for_three(app: Flask, as_staff: As, house: Session) -> None:
    lan, counts = as_staff("lan"), []
    for number in range(3):
        someone(house, f"Patient {number}")
        with statements(app) as sent:
            lan.get("/admin/patients")
        counts.append(len(sent))
    assert counts[0] == counts[2]


NEW = {
    "name": "Trương Mỹ Hạ",
    "phone": "0905 123 456",
    "sex": "female",
    "language": "vi",
    "birth_date": "1990-02-03",
    "source": "walk_in",
}


def test_a_new_patient_gets_source_and_consents(as_staff: As, house: Session) -> None:
    form = own_form(as_staff("lan").get("/admin/patients/new"))
    page = form.submit(**NEW, consent_care="y")
    found = seen(house, select(Patient))[0]
    assert (found.name, found.phone, found.source_kind) == ("Trương Mỹ Hạ", "+84905123456", "walk_in")
    assert page.location == f"/admin/patients/{found.id}"
    consents = seen(house, select(Consent))
    assert [(one.purpose, one.granted, one.source) for one in consents] == [("care", True, "desk")]


def test_f18_the_source_must_be_asked(as_staff: As, house: Session) -> None:
    values = {**NEW, "source": ""}
    page = own_form(as_staff("lan").get("/admin/patients/new")).submit(status=422, **values)
    assert page.texts("#source-error") == ["Please ask how this person came."]
    assert seen(house, select(Patient)) == []


def test_sent_by_a_person_leads_to_the_choice(as_staff: As, house: Session) -> None:
    someone(house, "Nguyễn Thị Mai")
    form = own_form(as_staff("lan").get("/admin/patients/new"))
    page = form.submit(**{**NEW, "source": "referral", "referrer": "mai"}).follow()
    assert page.texts("#referrers .who b") == ["Nguyễn Thị Mai"]


def test_i2_a_known_phone_is_shown_before_a_second_record(as_staff: As, house: Session) -> None:
    mother = someone(house, "Nguyễn Thị Mai", phone="+84905123456")
    form = own_form(as_staff("lan").get("/admin/patients/new"))
    warned = form.submit(status=409, **NEW)
    assert warned.texts(".note.warn a") == ["Nguyễn Thị Mai"]
    assert len(seen(house, select(Patient))) == 1
    own_form(warned).submit()
    found = seen(house, select(Patient.id).order_by(Patient.id))
    assert found == [mother, found[1]]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"phone": "12"}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"birth_date": "yesterday"}, "birth_date"),
        ({"sex": "x"}, "sex"),
        ({"source": "channel"}, "channel"),
    ],
)
def test_nonsense_adds_nobody(as_staff: As, house: Session, values: dict[str, str], field: str) -> None:
    page = own_form(as_staff("lan").get("/admin/patients/new")).submit(status=422, **{**NEW, **values})
    assert page.texts(f"#{field}-error")
    assert seen(house, select(Patient)) == []


def test_a1_a_change_is_kept_with_before_and_after(as_staff: As, house: Session) -> None:
    mai = someone(house)
    form = own_form(as_staff("lan").get(f"/admin/patients/{mai}/edit"))
    form.submit(salutation="chị", tags="Pensioner, vip,vip")
    found = patient_now(house, mai)
    assert (found.salutation, found.tags) == ("chị", ["pensioner", "vip"])
    entry = acts(house, "patient.changed")[0]
    assert (entry.before, entry.after) == (
        {"salutation": None, "tags": []},
        {"salutation": "chị", "tags": ["pensioner", "vip"]},
    )


def test_saving_without_a_change_writes_nothing(as_staff: As, house: Session) -> None:
    form = own_form(as_staff("lan").get(f"/admin/patients/{someone(house)}/edit"))
    form.submit()
    assert [entry.before for entry in acts(house, "patient.changed")] == []


def test_a_bad_change_changes_nothing(as_staff: As, house: Session) -> None:
    mai = someone(house)
    page = own_form(as_staff("lan").get(f"/admin/patients/{mai}/edit")).submit(
        status=422, name="M", phone="1"
    )
    assert page.texts("#phone-error")
    assert patient_now(house, mai).name == "Nguyễn Thị Mai"


def test_care_may_look_but_not_change(as_staff: As, house: Session) -> None:
    mai = someone(house)
    nhung = as_staff("nhung")
    page = nhung.get(f"/admin/patients/{mai}")
    assert page.tree.css_first(f"a[href='/admin/patients/{mai}/edit']") is None
    nhung.get(f"/admin/patients/{mai}/edit", status=403)
    nhung.get("/admin/patients/new", status=403)
