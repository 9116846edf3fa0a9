"""The patients' and friends' side."""

from flask import Blueprint

blueprint = Blueprint("portal", __name__)

from portal import login  # noqa: E402, F401
