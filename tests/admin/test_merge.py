"""Joining a second record on the staff's pages: found, looked at, confirmed (P17)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from loyalty.visits.models import Visit
from tests.admin.conftest import As
from tests.admin.scenes import acts, at_once, completed, patient_now, points_of, someone, token_of
from tests.support.visitor import seen


def test_p17_two_records_become_one(as_staff: As, house: Session) -> None:
    kept, other = someone(house), someone(house, "Nguyen Thi Mai")
    for patient_id in (kept, other):
        completed(house, patient_id)
    director = as_staff("director")
    page = director.get(f"/admin/patients/{kept}")
    assert f"/admin/patients/{kept}/merge" in page.response.text
    found = director.get(f"/admin/patients/{kept}/merge")
    assert found.texts("#records li b") == ["Nguyen Thi Mai"]
    preview = director.get(f"/admin/patients/{kept}/merge?other={other}")
    cells = [row.split() for row in preview.texts("tbody tr")]
    assert ["Points", "100", "100", "200"] in cells
    assert ["Visits", "1", "1", "2"] in cells
    assert len(preview.texts(".note.warn")) == 2
    assert [(entry.action, entry.object_id) for entry in acts(house, "patient.viewed")][-1] == (
        "patient.viewed",
        str(other),
    )
    after = preview.form(f"/admin/patients/{kept}/merge").submit().follow()
    assert after.texts(".flashes")[0].startswith("The two records are one now.")
    assert points_of(house, kept) == [("earn", 100), ("earn", 100)]
    assert seen(house, select(Visit.patient_id).distinct()) == [kept]
    assert [entry.patient_id for entry in acts(house, "patient.merged")] == [kept, other]
    assert director.get(f"/admin/patients/{other}", status=303).location == f"/admin/patients/{kept}"
    assert director.get(f"/admin/patients?q={patient_now(house, other).card_number}").texts("tbody b") == [
        "Nguyễn Thị Mai"
    ]


def test_what_cannot_be_joined_is_said(as_staff: As, house: Session) -> None:
    kept = someone(house)
    director = as_staff("director")
    same = director.get(f"/admin/patients/{kept}/merge?other={kept}", status=409)
    assert same.text(".note.bad") == "This is the same record. Please choose another one."
    token = token_of(director.get("/admin/patients/new"))
    for chosen in ("", "x", "999999", "99999999999"):
        values = {"csrf_token": token, "other": chosen}
        page = director.post(f"/admin/patients/{kept}/merge", values, status=409)
        assert page.text(".note.bad") == "There is no such patient."


def test_a1_reception_may_not(as_staff: As, house: Session) -> None:
    kept = someone(house)
    lan = as_staff("lan")
    lan.get(f"/admin/patients/{kept}/merge", status=403)
    assert "merge" not in lan.get(f"/admin/patients/{kept}").response.text


def test_two_clicks_at_once_join_once(as_staff: As, house: Session) -> None:
    kept, other = someone(house), someone(house, "Nguyen Thi Mai")
    completed(house, other)
    director = as_staff("director")
    values = {"csrf_token": token_of(director.get("/admin/patients/new")), "other": str(other)}
    path = f"/admin/patients/{kept}/merge"
    assert at_once([(director, path, values)] * 3) == [303] * 3
    assert len(acts(house, "patient.merged")) == 2
    assert seen(house, select(Patient.merged_into_id).where(Patient.id == other)) == [kept]
