"""Pages for what cannot be shown: in the reader's language, always with a way out."""

from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from loyalty.kernel.refusal import Refusal
from web.extensions import db
from web.pages import render_page
from web.phrases import refusal_text

log = structlog.get_logger(__name__)
HANDLED_ELSEWHERE = range(300, 400)


def init_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(OperationalError, _database_away)


def texts(status: int) -> tuple[str, str]:
    """Heading and explanation of a status."""
    known = {
        400: (
            _("This could not be read"),
            _("Something in the request was not right. Please go back and try again."),
        ),
        403: (
            _("This page is not for you"),
            _("Your account may not open this page. If you need it, ask your manager."),
        ),
        404: (_("There is nothing here"), _("The address may be mistyped, or the page is gone.")),
        405: (_("This does not work that way"), _("Please go back and use the button on the page.")),
        413: (_("This is too large"), _("The file is larger than we can take. Please send a smaller one.")),
        429: (_("A little too fast"), _("Please wait a moment and try again.")),
        503: (
            _("We are back in a moment"),
            _("The service is being looked after. Nothing is lost. Please try again soon."),
        ),
    }
    sorry = (_("Something went wrong on our side"), _("Nothing was changed. Please try again in a moment."))
    return known.get(status, sorry if status >= 500 else known[400])


def error_page(status: int, heading: str = "", text: str = "", headers: Any = None) -> Response:
    """The page of an error; a part for htmx, problem+json for the interface."""
    usual_heading, usual_text = texts(status)
    if request.path.startswith("/api/"):
        return _problem(status, usual_heading, text or usual_text, headers)
    response = render_page(
        "errors/error.html",
        fragment="notice",
        status=status,
        code=status,
        heading=heading or usual_heading,
        text=text or usual_text,
        way_out=_way_out(),
    )
    response.headers.extend(headers or {})
    return response


def _problem(status: int, heading: str, text: str, headers: Any) -> Response:
    response = jsonify(type="about:blank", title=heading, status=status, detail=text, errors=[])
    response.status_code = status
    response.mimetype = "application/problem+json"
    response.headers.extend(headers or {})
    return response


def _way_out() -> str:
    return url_for("admin.login" if request.path.startswith("/admin") else "portal.login")


def _http_error(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status in HANDLED_ELSEWHERE or error.response is not None:
        return error
    if isinstance(error, InternalServerError):
        # Whatever broke may be the database itself: say sorry without asking it who is reading.
        g.nobody = True
        db.session.rollback()
        log.error("request failed", path=request.path, exc_info=error.original_exception)
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return error_page(status, headers=kept)


def _stale_form(_error: CSRFError) -> Response:
    heading = _("The page was open for too long")
    text = _("For your safety we did not use it. Please go back, load the page again and send it once more.")
    return error_page(400, heading, text)


def _refused(refusal: Refusal) -> Response:
    """A refusal no form took: before there is a clinic, or an act that came too late."""
    if refusal.code == "no_clinic":
        return error_page(ServiceUnavailable.code, _("This clinic is not set up yet"), refusal_text(refusal))
    return error_page(409, _("This is not possible"), refusal_text(refusal))


def _database_away(error: OperationalError) -> Response:
    g.nobody = True
    db.session.rollback()
    log.error("database does not answer", path=request.path, fault=str(error.orig).splitlines()[:1])
    return error_page(503, headers={"Retry-After": "5"})
