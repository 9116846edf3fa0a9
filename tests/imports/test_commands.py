"""`flask import`: what it prints, what it writes, and what it refuses."""

import csv
import json
from pathlib import Path

import pytest
from flask import Flask

from loyalty.imports.models import ImportBatch
from loyalty.messaging.models import Message
from loyalty.patients.models import Patient
from loyalty.visits.models import Visit
from tests.imports.conftest import DATA, Desk
from web.rejected_rows import harmless

MIXED = "mã,Họ tên,Số điện thoại\nP1,Lê An,0901234567\nP2,,0901234568\nP3,=cmd|x,+84 90 123 4569\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(MIXED, encoding="utf-8")
    return path


def run(desk: Desk, app: Flask, *arguments: object, code: int = 0) -> list[str]:
    desk.session.rollback()
    result = app.test_cli_runner().invoke(args=["import", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output.strip().splitlines()


def test_i1_prints_what_became_of_the_rows_and_writes_those_not_taken(
    desk: Desk, app: Flask, file: Path
) -> None:
    assert run(desk, app, "patients", file)[-1] == "created 2, changed 0, unchanged 0, rejected 1"
    with file.with_name("people.rejected.csv").open(encoding="utf-8-sig", newline="") as rejected:
        rows = list(csv.reader(rejected))
    assert len(rows) == 2
    assert rows[0][2:] == ["mã", "Họ tên", "Số điện thoại"]
    assert (rows[1][0], rows[1][2:]) == ("3", ["P2", "", "0901234568"])
    assert run(desk, app, "patients", file)[-1] == "created 0, changed 0, unchanged 2, rejected 1"
    assert desk.count(Message) == 0


def test_i1_a_dry_run_says_the_same_and_writes_nothing(desk: Desk, app: Flask, file: Path) -> None:
    target = file.with_name("mine.csv")
    lines = run(desk, app, "patients", file, "--dry-run", "--rejects", target)
    assert lines[-1] == "created 2, changed 0, unchanged 0, rejected 1"
    assert target.exists()
    assert desk.count(Patient) == desk.count(ImportBatch) == 0


def test_the_rejected_rows_corrected_can_be_imported(desk: Desk, app: Flask, file: Path) -> None:
    run(desk, app, "patients", file)
    rejected = file.with_name("people.rejected.csv")
    rejected.write_text(rejected.read_text("utf-8").replace("P2,,", "P2,Bình,"), "utf-8")
    assert run(desk, app, "patients", rejected)[-1] == "created 1, changed 0, unchanged 0, rejected 0"
    assert desk.patient("Bình").external_id == "P2"


def test_a_mapping_comes_as_json_or_as_a_file(desk: Desk, app: Flask, tmp_path: Path) -> None:
    file, mapping = DATA / "messy" / "29_no_header.csv", tmp_path / "mapping.json"
    read = {"name": "#1", "phone": "#2", "visited_at": "#3", "service": "#4", "amount": "#5"}
    mapping.write_text(json.dumps(read), encoding="utf-8")
    rejects = tmp_path / "rejects.csv"
    taken = run(desk, app, "visits", file, "--mapping", json.dumps(read), "--rejects", rejects)
    assert taken[-1] == "created 3, changed 0, unchanged 0, rejected 0"
    again = run(desk, app, "visits", file, "--mapping", mapping, "--rejects", rejects)
    assert again[-1] == "created 0, changed 0, unchanged 3, rejected 0"
    assert not rejects.exists()
    assert desk.count(Visit) == 3


def test_what_cannot_be_read_is_told_and_nothing_is_written(desk: Desk, app: Flask, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_bytes(b"PK\x03\x04rest of a workbook")
    assert "CSV" in run(desk, app, "patients", book, code=1)[-1]
    unknown = run(desk, app, "visits", DATA / "messy" / "29_no_header.csv", code=1)
    assert "column" in unknown[-1]
    assert "JSON" in run(desk, app, "visits", book, "--mapping", "{", code=2)[-1]
    assert desk.count(ImportBatch) == 0


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        ("＋cmd", "'＋cmd"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("+84 90 123 4567", "+84 90 123 4567"),
        ("-500.000", "-500.000"),
        ("Lê An", "Lê An"),
        ("", ""),
    ],
)
def test_no_cell_of_a_download_runs_in_a_spreadsheet(cell: str, written: str) -> None:
    assert harmless(cell) == written
