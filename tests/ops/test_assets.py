"""Addresses of static files, and that they lead to the files: as they are in tests, collected under ./run."""

import re
from pathlib import Path

import pytest
from flask import Flask

from ops import static_files
from web import assets


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "static" / "css").mkdir(parents=True)
    (tmp_path / "static" / "css" / "app.css").write_text("body { margin: 0 }" * 100)
    monkeypatch.setattr(assets, "SOURCE", tmp_path / "static")
    monkeypatch.setattr(static_files, "SOURCE", tmp_path / "static")
    monkeypatch.setattr(assets, "COLLECTED", tmp_path / "collected")
    monkeypatch.setattr(assets, "MANIFEST", tmp_path / "collected" / "manifest.json")
    return tmp_path


def plain_app(sources: Path, **config: bool) -> Flask:
    app = Flask("plain", static_folder=str(sources / "static"))
    app.config.update(config)
    assets.init_assets(app)
    return app


def address(app: Flask, name: str) -> str:
    with app.app_context():
        return assets.asset_url(name)


def test_uncollected_files_carry_their_hash_in_the_query(sources: Path) -> None:
    app = plain_app(sources)
    first = address(app, "css/app.css")
    assert re.fullmatch(r"/static/css/app\.css\?v=[0-9a-f]{12}", first)
    (sources / "static" / "css" / "app.css").write_text("body { margin: 2px }")
    assert address(app, "css/app.css") != first
    answer = app.test_client().get(first)
    assert answer.status_code == 200
    answer.close()


def test_the_vendored_htmx_is_served_before_anything_is_collected(sources: Path) -> None:
    client = plain_app(sources).test_client()
    answer = client.get(address(client.application, "vendor/htmx.min.js"))
    assert answer.status_code == 200
    assert "javascript" in answer.content_type
    answer.close()
    assert client.get("/static/vendor/other.js").status_code == 404


def test_an_unknown_file_is_a_fault_of_the_template(sources: Path) -> None:
    with pytest.raises(LookupError):
        address(plain_app(sources), "css/none.css")


def test_collected_files_are_kept_for_ever_and_come_compressed(sources: Path) -> None:
    static_files.collect(sources / "collected")
    app = plain_app(sources)
    answer = app.test_client().get(address(app, "css/app.css"), headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()


def test_names_without_a_hash_stay_short_lived(sources: Path) -> None:
    static_files.collect(sources / "collected")
    answer = plain_app(sources).test_client().get("/static/css/app.css")
    assert answer.headers["Cache-Control"] == "max-age=300, public"
    answer.close()


def test_tests_never_see_collected_files(sources: Path) -> None:
    static_files.collect(sources / "collected")
    assert "?v=" in address(plain_app(sources, TESTING=True), "css/app.css")
