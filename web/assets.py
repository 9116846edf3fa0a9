"""Addresses of static files, and who serves them.

After ``ops.static_files`` has collected them (./run does), WhiteNoise serves ``var/static``: compressed,
under names that carry the content's hash, kept by browsers for ever. In tests and with ``--debug`` Flask
serves ``static/`` as it is, and the hash goes into the query so that a changed file is fetched again.
"""

import json
from functools import lru_cache
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path

from flask import Flask, Response, current_app, send_file
from whitenoise import WhiteNoise

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "static"
COLLECTED = ROOT / "var" / "static"
MANIFEST = COLLECTED / "manifest.json"

#: Files that come out of installed packages: name under /static/ -> package, path inside it.
VENDORED = {"vendor/htmx.min.js": ("django_htmx", "static/django_htmx/htmx-2.min.js")}

HASH_LETTERS = 12
SHORT_LIVED_SECONDS = 300


def asset_url(name: str) -> str:
    """The address of the static file ``name`` (``css/app.css``); a LookupError when there is no such file."""
    known: dict[str, str] | None = current_app.extensions["liana-assets"]
    if known is not None:
        return known[name]
    path = source_of(name)
    return f"/static/{name}?v={_content_hash(path, path.stat().st_mtime_ns)}"


def source_of(name: str) -> Path:
    """Where the file ``name`` comes from: ``static/`` or a package; a LookupError when from nowhere."""
    if name in VENDORED:
        package, inside = VENDORED[name]
        with as_file(files(package).joinpath(inside)) as path:
            return path
    path = SOURCE / name
    if not path.is_file():
        raise LookupError(f"no static file {name}")
    return path


def hash_of(content: bytes) -> str:
    """What tells two versions of a file apart in its address."""
    return sha256(content).hexdigest()[:HASH_LETTERS]


@lru_cache(maxsize=256)
def _content_hash(path: Path, _changed_at: int) -> str:
    return hash_of(path.read_bytes())


def init_assets(app: Flask) -> None:
    """Give templates ``asset_url`` and let the right one serve /static/."""
    app.jinja_env.globals["asset_url"] = asset_url
    app.add_url_rule("/static/vendor/<path:name>", "vendored_file", vendored_file)
    collected = MANIFEST.is_file() and not (app.testing or app.debug)
    app.extensions["liana-assets"] = _collected_urls() if collected else None
    if collected:
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app,
            root=COLLECTED,
            prefix="static/",
            max_age=SHORT_LIVED_SECONDS,
            immutable_file_test=rf"^.+\.[0-9a-f]{{{HASH_LETTERS}}}\..+$",
            add_headers_function=_guard,
        )


def _collected_urls() -> dict[str, str]:
    names: dict[str, str] = json.loads(MANIFEST.read_text())
    return {name: f"/static/{hashed}" for name, hashed in names.items()}


def _guard(headers: dict[str, str], _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def vendored_file(name: str) -> Response:
    """A package's file, for as long as nothing has been collected."""
    if f"vendor/{name}" not in VENDORED:
        return Response(status=404)
    return send_file(source_of(f"vendor/{name}"), max_age=0)
