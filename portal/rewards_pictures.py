"""Photos of the catalogue, under names that carry their content's digest: kept by browsers for ever."""

import re

from flask import Response, abort, make_response

from loyalty.rewards.queries.holdings import picture_by_digest
from portal import blueprint
from web.access import public
from web.extensions import db

FOR_EVER = "public, max-age=31536000, immutable"
_DIGEST = re.compile(r"[0-9a-f]{8,64}")


@blueprint.get("/pictures/<digest>")
@public
def picture(digest: str) -> Response:
    """A photo that staff keep in the catalogue; it tells nothing about anybody."""
    found = picture_by_digest(db.session(), digest) if _DIGEST.fullmatch(digest) else None
    if found is None:
        abort(404)
    response = make_response(found.content)
    response.mimetype = found.content_type
    response.headers["Cache-Control"] = FOR_EVER
    response.set_etag(found.digest)
    return response
