"""Static files are collected once, named by content, and a second collection changes nothing."""

import gzip
from pathlib import Path

import brotli
import pytest

from ops import static_files


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "static"
    (folder / "css").mkdir(parents=True)
    (folder / "css" / "app.css").write_text("body { margin: 0 }")
    (folder / "icon.png").write_bytes(b"\x89PNG")
    monkeypatch.setattr("web.assets.SOURCE", folder)
    monkeypatch.setattr("ops.static_files.SOURCE", folder)
    return folder


def test_every_file_stands_under_both_names_and_text_is_compressed(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "collected"
    manifest = static_files.collect(target)
    assert set(manifest) == {"css/app.css", "icon.png", "vendor/htmx.min.js"}
    for name in ("css/app.css", manifest["css/app.css"]):
        content = (target / name).read_bytes()
        assert gzip.decompress((target / f"{name}.gz").read_bytes()) == content
        assert brotli.decompress((target / f"{name}.br").read_bytes()) == content
    assert not (target / "icon.png.br").exists()


def test_the_name_changes_with_the_content_alone(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "collected"
    before = static_files.collect(target)
    (source / "css" / "app.css").write_text("body { margin: 1px }")
    after = static_files.collect(target)
    assert after["css/app.css"] != before["css/app.css"]
    assert after["icon.png"] == before["icon.png"]
    assert not (target / before["css/app.css"]).exists()


def test_a_second_collection_writes_no_file(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "collected"
    static_files.collect(target)
    times = {path: path.stat().st_mtime_ns for path in target.rglob("*.*") if path.name != "manifest.json"}
    static_files.collect(target)
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_htmx_is_the_second_major_version(source: Path, tmp_path: Path) -> None:
    static_files.collect(tmp_path / "collected")
    assert b'version:"2.' in (tmp_path / "collected" / "vendor" / "htmx.min.js").read_bytes()
