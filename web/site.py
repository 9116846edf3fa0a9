"""Addresses that belong to neither side: health, the installed app's files, the demo's outbox."""

from flask import Blueprint, Response, jsonify

from web.access import public

blueprint = Blueprint("site", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")
