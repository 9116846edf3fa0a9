"""The staff's side."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

from admin import login  # noqa: E402, F401
