"""I1: the import as pages: hand in, look, choose columns, run, watch, download what was not taken."""

import csv
import io
from pathlib import Path

import pytest
import redis
from flask import Flask
from rq import Queue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jobs.imports import run_import
from loyalty.imports.models import ImportBatch, ImportFile
from loyalty.imports.operations import claim_batch
from loyalty.kernel.clock import now as clock_now
from loyalty.patients.models import Patient
from tests.admin.conftest import As
from tests.support.visitor import FormOnPage, Page, Visitor

PEOPLE = "Mã KH,Họ tên,Số điện thoại\nP1,Lê An,0901234567\nP2,,0901234568\nP3,=1+1,0901234569\n"
MESSY = Path(__file__).parents[1] / "data" / "imports" / "messy"


def upload(visitor: Visitor, content: bytes, kind: str = "patients", status: int = 303) -> Page:
    form = visitor.get("/admin/imports").form("/admin/imports")
    file = (io.BytesIO(content), "danh sách <b>.csv")
    return visitor.post("/admin/imports", {**form.values, "kind": kind, "file": file}, status=status)


def start(preview: Page) -> FormOnPage:
    """The form that starts the import."""
    return preview.form(preview.response.request.path.replace("/preview", "/run"))


def count(house: Session, model: type = Patient) -> int:
    house.rollback()
    found = house.scalar(select(func.count()).select_from(model)) or 0
    house.rollback()
    return found


def run_waiting(app: Flask, house: Session) -> int:
    """The import that was started, run as a worker would."""
    house.rollback()
    batch_id = house.scalars(select(ImportBatch.id).where(ImportBatch.state == "waiting")).one()
    house.rollback()
    with app.app_context():
        assert run_import(batch_id) == "done"
    return batch_id


def test_i1_from_the_file_to_its_rejected_rows(
    as_staff: As, app: Flask, house: Session, redis_url: str
) -> None:
    director = as_staff("director")
    assert "Nothing was imported yet" in director.get("/admin/imports").text()
    preview = upload(director, PEOPLE.encode()).follow()
    assert preview.texts(".kpi .v") == ["2", "0", "0", "1"]
    assert "There is no name." in preview.text()
    assert "UTF-8" in preview.text()
    assert count(house) == 0
    batch = start(preview).submit().follow()
    assert batch.texts("section.prog h2") == ["Waiting"]
    with redis.Redis.from_url(redis_url) as connection:
        queue = Queue("imports", connection=connection, serializer="json")
        assert [job.func_name for job in queue.jobs] == ["jobs.imports.run_import"]
    batch_id = run_waiting(app, house)
    address = f"/admin/imports/{batch_id}"
    done = director.get(address)
    assert done.texts(".kpi .v") == ["2", "0", "0", "1"]
    assert count(house) == 2
    assert count(house, ImportFile) == 0
    rejected = director.get(f"{address}/rejected.csv").response
    assert rejected.headers["Content-Disposition"] == f'attachment; filename="rejected-{batch_id}.csv"'
    rows = list(csv.reader(io.StringIO(rejected.text.removeprefix("\ufeff"))))
    assert rows[0] == ["Line", "Reason", "Mã KH", "Họ tên", "Số điện thoại"]
    assert rows[1][2:] == ["P2", "", "0901234568"]
    listed = director.get("/admin/imports")
    assert listed.texts("tbody td a") == ["danh sách <b>.csv"]


def test_i1_the_same_file_again_is_told(as_staff: As, app: Flask, house: Session) -> None:
    director = as_staff("director")
    start(upload(director, PEOPLE.encode()).follow()).submit()
    run_waiting(app, house)
    again = upload(director, PEOPLE.encode()).follow()
    assert "Importing it again changes nothing" in again.text()
    assert again.texts(".kpi .v") == ["0", "0", "2", "1"]


def test_columns_are_chosen_by_a_person_where_they_cannot_be_told(
    as_staff: As, app: Flask, house: Session
) -> None:
    director = as_staff("director")
    asked = upload(director, (MESSY / "29_no_header.csv").read_bytes(), "visits").follow()
    assert not [form for form in asked.tree.css("form") if "/run" in (form.attributes.get("action") or "")]
    assert asked.texts("select[name='map.name'] option")[1].startswith("1. Nguyễn Thị Hồng")
    address = asked.response.request.path
    chosen = "map.name=%231&map.phone=%232&map.visited_at=%233&map.service=%234&map.amount=%235"
    preview = director.get(f"{address}?{chosen}")
    assert preview.texts(".kpi .v") == ["3", "0", "0", "0"]
    start(preview).submit()
    run_waiting(app, house)
    assert count(house) == 3
    wrong = director.get(f"{address.replace('/preview', '')}").response
    assert wrong.status_code == 200


def test_a_column_that_is_not_there_is_told(as_staff: As) -> None:
    preview = upload(as_staff("director"), PEOPLE.encode()).follow()
    page = preview.visitor.get(f"{preview.response.request.path}?map.name=nowhere&map.bogus=%231")
    assert "The file has no column “nowhere”" in page.text()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"name,phone\n", "no rows"),
        (b"PK\x03\x04workbook", "CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    as_staff: As, house: Session, content: bytes, sentence: str
) -> None:
    page = upload(as_staff("director"), content, status=422)
    assert sentence in page.text("#file-error")
    assert count(house, ImportBatch) == 0


def test_a_file_that_is_too_large_is_refused_in_words(
    as_staff: As, house: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.imports.LARGEST_MEGABYTES", 0)
    assert "larger than 0 MB" in upload(as_staff("director"), PEOPLE.encode(), status=422).text("#file-error")
    assert count(house, ImportBatch) == 0


def test_no_file_at_all_is_told(as_staff: As) -> None:
    director = as_staff("director")
    form = director.get("/admin/imports").form("/admin/imports")
    assert "choose a file" in form.submit(status=422).text("#file-error")


def test_the_progress_comes_alone_to_htmx_and_can_be_stopped(
    as_staff: As, app: Flask, house: Session
) -> None:
    director = as_staff("director")
    page = start(upload(director, PEOPLE.encode()).follow()).submit().follow()
    batch_id = house.scalars(select(ImportBatch.id)).one()
    house.rollback()
    assert claim_batch(house, batch_id=batch_id, now=clock_now())
    house.commit()
    part = director.get(f"/admin/imports/{batch_id}", htmx=True)
    assert part.tree.css_first("section.prog").attributes["hx-trigger"] == "every 2s"
    assert "<html" not in part.response.text
    stopped = page.form(f"/admin/imports/{batch_id}/stop").submit().follow()
    assert "The import was stopped." in stopped.text()
    assert not director.get(f"/admin/imports/{batch_id}", htmx=True).tree.css("[hx-trigger]")
    stopped.form(f"/admin/imports/{batch_id}/run").submit()
    run_waiting(app, house)
    assert count(house) == 2


def test_a_second_click_starts_nothing(as_staff: As, app: Flask, house: Session) -> None:
    director = as_staff("director")
    form = start(upload(director, PEOPLE.encode()).follow())
    form.submit()
    run_waiting(app, house)
    form.submit()
    assert house.scalars(select(ImportBatch.state)).all() == ["done"]


def test_a1_who_may_not_import_sees_nothing_of_it(as_staff: As, house: Session) -> None:
    batch = upload(as_staff("director"), PEOPLE.encode()).location.removesuffix("/preview")
    lan = as_staff("lan")
    for path in ("/admin/imports", f"{batch}/preview", batch, f"{batch}/rejected.csv"):
        lan.get(path, status=403)
    as_staff("director").get("/admin/imports/999", status=404)
    assert as_staff("director").get(batch, status=303).location == f"{batch}/preview"
