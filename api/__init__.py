"""The interface for the clinic's medical system: /api/v1, JSON in and out, thin over the domain."""

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

from api import (  # noqa: E402, F401
    adjustments,
    certificates,
    gate,
    merging,
    offers,
    packages,
    patients,
    points,
    problems,
    quotes,
    redemptions,
    reports,
    rewards,
    specification,
    visits,
    vouchers,
)
