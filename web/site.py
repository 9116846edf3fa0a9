"""Addresses that belong to neither side: health, the installed app's files, the demo's outbox."""

from flask import Blueprint, Response, abort, current_app, jsonify, make_response

from loyalty.kernel import clock
from web.access import public
from web.assets import asset_url, source_of
from web.clinic import current_clinic
from web.demo_outbox import Phone, demo_codes, phones
from web.extensions import db
from web.pages import render_page
from web.readiness import report

blueprint = Blueprint("site", __name__)
FEW_MINUTES = "public, max-age=300"
ICONS = (
    ("icons/icon-192.png", "192x192", "any"),
    ("icons/icon-512.png", "512x512", "any"),
    ("icons/icon-maskable-512.png", "512x512", "maskable"),
)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Whether everything the product stands on is there: database, tables, Redis, periodic jobs."""
    found = report(current_app, clock.now())
    ready = all(state == "ok" for state in found.values())
    return jsonify(status="ok" if ready else "not ready", **found), 200 if ready else 503


@blueprint.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What a phone needs to put the portal on its home screen, under the clinic's own name."""
    clinic = current_clinic()
    response = jsonify(
        name=clinic.name,
        short_name=clinic.name[:24],
        id="/",
        start_url="/",
        scope="/",
        display="standalone",
        background_color="#F6F5F0",
        theme_color="#F6F5F0",
        icons=[
            {"src": asset_url(name), "sizes": size, "type": "image/png", "purpose": purpose}
            for name, size, purpose in ICONS
        ],
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = FEW_MINUTES
    return response


@blueprint.get("/sw.js")
@public
def service_worker() -> Response:
    """The service worker, from the root so that it may look after the whole portal."""
    response = make_response(source_of("js/sw.js").read_bytes())
    response.mimetype = "text/javascript"
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Nothing here is for search engines."""
    response = make_response("User-agent: *\nDisallow: /\n")
    response.mimetype = "text/plain"
    response.headers["Cache-Control"] = FEW_MINUTES
    return response


@blueprint.get("/demo/outbox")
@public
def outbox() -> Response:
    """What the demo's phones received, and the demo staff's codes of this moment; nowhere else."""
    if not current_app.config["DEMO"]:
        abort(404)
    received: list[Phone] = phones(db.session())
    now = clock.now()
    response = render_page("shared/outbox.html", phones=received, staff=demo_codes(db.session(), now))
    response.headers["X-Robots-Tag"] = "noindex"
    return response
