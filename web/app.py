"""The application put together: the only place that knows all sides."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from loyalty.kernel.database import import_tables, set_up
from web import access, cli, config, site
from web.art import init_art
from web.assets import init_assets
from web.clinic import init_clinic
from web.compression import init_compression
from web.cookies import Sessions
from web.errors import init_errors
from web.extensions import csrf, db, htmx, login_manager, migrate
from web.formats import init_formats
from web.i18n import init_i18n
from web.labels import init_labels
from web.layout import Templates, init_layout
from web.readiness import MIGRATIONS
from web.redis import init_redis
from web.security import init_security
from web.sessions import init_sessions

SIDES = ("portal", "admin", "api")


def create_app(given: Mapping[str, Any] | None = None) -> Flask:
    """An application for any database and Redis; ``given`` wins over the environment (see web/config.py)."""
    root = config.ROOT
    app = Flask(
        "web",
        root_path=str(root),
        template_folder=str(root / "templates"),
        static_folder=str(root / "static"),
        static_url_path="/static",
    )
    app.config.from_mapping(config.settings(given))
    app.session_interface = Sessions()
    app.jinja_environment = Templates
    _trust_proxies(app)
    _bind_extensions(app)
    _register_sides(app)
    cli.register(app)
    access.check_declared(app)
    return app


def _trust_proxies(app: Flask) -> None:
    hops = app.config["TRUSTED_PROXIES"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _bind_extensions(app: Flask) -> None:
    """In the order in which their hooks must run: sizes and headers, then CSRF, then who may come in."""
    init_compression(app)
    import_tables()
    db.init_app(app)
    with app.app_context():
        set_up(db.engine)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    htmx.init_app(app)
    init_redis(app)
    init_security(app)
    csrf.init_app(app)
    login_manager.init_app(app, add_context_processor=False)
    app.before_request(access.gate)
    init_clinic(app)
    init_i18n(app)
    init_formats(app)
    init_labels(app)
    init_layout(app)
    init_art(app)
    init_errors(app)
    init_sessions(app)
    init_assets(app)


def _register_sides(app: Flask) -> None:
    app.register_blueprint(site.blueprint)
    for name in SIDES:
        side = import_module(name).blueprint
        app.register_blueprint(side)
        if name == "api":
            csrf.exempt(side)
    for endpoint in ("static", "vendored_file"):
        access.public(app.view_functions[endpoint])
