"""What page benchmarks share: the product's application, and one that renders its templates by hand."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from flask import Flask
from flask_babel import Babel

from benchmarks.support import statements_of
from web.app import create_app
from web.art import init_art
from web.assets import asset_url
from web.extensions import db
from web.i18n import OWN_NAMES, catalogue

LANGUAGE = "vi"
CLINIC = SimpleNamespace(name="An Nhiên", phone="", hours="", address="", licence="")


@contextmanager
def product_app(url: str) -> Iterator[Flask]:
    """The whole product on a database, without a Redis server."""
    app = create_app(
        {
            "SECRET_KEY": "a key for benchmarks only, never used anywhere",
            "SQLALCHEMY_DATABASE_URI": url,
            "REDIS_URL": "unix:///nonexistent/valkey.sock",
        }
    )
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def plain_app(product: Flask, **more: Any) -> Flask:
    """A bare Flask that renders the product's templates with plain data; ``more`` are template globals."""
    app = Flask("floor", template_folder=product.template_folder, static_folder=None)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_translations(catalogue(LANGUAGE), newstyle=True)  # type: ignore[attr-defined]
    # Parts of the templates that a page does not use name filters, so there must be such filters.
    app.jinja_env.filters.update({**product.jinja_env.filters, **app.jinja_env.filters})
    Babel(app, default_locale=LANGUAGE)
    init_art(app)
    with product.app_context():
        files = ("css/landing.css", "css/app.css", "js/app.js", "vendor/htmx.min.js", "icons/icon.svg")
        assets = {name: asset_url(name) for name in (*files, "icons/icon-192.png", "icons/icon-512.png")}
    app.jinja_env.globals.update(
        asset_url=assets.__getitem__,
        clinic=CLINIC,
        html_lang=LANGUAGE,
        current_language=LANGUAGE,
        languages=OWN_NAMES,
        viewer=None,
        **more,
    )
    return app


def links(places: Mapping[str, str]) -> Any:
    """A ``url_for`` that only looks up: the floor's addresses are written by hand."""

    def url_for(endpoint: str, **values: Any) -> str:
        return places.get(endpoint, "/").format(**values)

    return url_for


def statement_count(app: Flask, caller: Any) -> int:
    """How many statements one request sends to the database, after a first one has warmed the caches."""
    with app.app_context():
        engine = db.engine
    caller()
    with statements_of(engine) as seen:
        caller()
    return len(seen)
