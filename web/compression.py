"""Pages go out compressed: ./run has no proxy in front of it that would do it, and phones pay by the byte.

What an outsider must not learn from the size of a page is in docs/decisions/compression.md.
"""

import gzip
import secrets
from io import BytesIO

from flask import Flask, Response, current_app, request

from web.cookies import read_cookie

#: Below this the header eats what compression saves.
SMALLEST = 1000
#: One step less than the usual 6 costs a third less time and a hundredth more bytes.
LEVEL = 5
#: Letters of chance in each answer, so that its size tells little (BREACH).
MOST_PADDING = 64


def init_compression(app: Flask) -> None:
    """Before all other hooks on answers: those registered first run last, when the body is final."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Gzip a page for a browser that takes it; everything else stays as it is."""
    if response.mimetype != "text/html" or response.is_streamed or response.status_code in (204, 304):
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) < SMALLEST or "Content-Encoding" in response.headers or not _wanted():
        return response
    response.set_data(_packed(body))
    response.headers["Content-Encoding"] = "gzip"
    tag, _is_weak = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)  # the same page in other bytes
    return response


def _wanted() -> bool:
    return request.accept_encodings.quality("gzip") > 0 and not _caused_by_another_site()


def _caused_by_another_site() -> bool:
    """Whether another site made this browser ask, in the name of whoever is logged in."""
    known = read_cookie(current_app.config["SESSION_COOKIE_NAME"]) is not None
    return known and request.headers.get("Sec-Fetch-Site") == "cross-site"


def _packed(body: bytes) -> bytes:
    packed = BytesIO()
    padding = "x" * secrets.randbelow(MOST_PADDING)
    with gzip.GzipFile(filename=padding, mode="wb", compresslevel=LEVEL, fileobj=packed, mtime=0) as file:
        file.write(body)
    return packed.getvalue()
