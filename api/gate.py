"""Who may call: the holder of a key that is in force. Wrong keys are counted by address and slowed down."""

from http import HTTPStatus

from flask import Response, current_app, g, request

from api import blueprint
from api.problems import Fault, problem
from loyalty.access.operations import throttle
from loyalty.access.queries import api_key
from loyalty.access.rules.limits import address_block
from loyalty.kernel import clock
from loyalty.kernel.actor import Actor
from loyalty.kernel.codes import digest
from loyalty.kernel.refusal import Refusal
from web.access import API, access_of
from web.extensions import db
from web.identity import address
from web.phrases import refusal_text
from web.transactions import own_transaction

WRONG_KEYS = "api.key"


def actor() -> Actor:
    """The key that acts, for operations and audit entries (A1)."""
    return Actor("api", g.api_key_id)


@blueprint.before_request
def require_key() -> Response | None:
    """Let in who shows a key in force; a right key is never slowed down by its neighbours' wrong ones."""
    if access_of(current_app, request.endpoint or "") != API:
        return None
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return _refuse("key_missing")
    g.api_key_id = api_key(db.session(), key.strip())
    if g.api_key_id is not None:
        return None
    try:
        with own_transaction() as session:
            throttle.take(session, WRONG_KEYS, digest(address_block(address())), now=clock.now())
    except Refusal as refusal:
        return _slow_down(refusal)
    return _refuse("key_wrong")


def _refuse(code: str) -> Response:
    response = problem(HTTPStatus.UNAUTHORIZED, [Fault.of("authorization", code)])
    response.headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def _slow_down(refusal: Refusal) -> Response:
    fault = Fault("authorization", refusal.code, refusal_text(refusal))
    response = problem(HTTPStatus.TOO_MANY_REQUESTS, [fault])
    response.headers["Retry-After"] = str(refusal.params["seconds"])
    return response
