"""Every page goes through here: whole pages, fragments for htmx, redirects that both understand."""

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, redirect, request, url_for

LONGEST_NEXT = 500
_PLAIN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def wants_fragment() -> bool:
    """Whether htmx asked for a part; boosted links and the back button get the page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(template: str, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """The page, or to htmx only the named block of it; macros must be imported inside that block."""
    if fragment is not None and wants_fragment():
        body = _render_block(template, fragment, context)
    else:
        current_app.update_template_context(context)
        body = current_app.jinja_env.get_template(template).render(context)
    return make_response(body, status)


def _render_block(template: str, block: str, context: dict[str, Any]) -> str:
    current_app.update_template_context(context)
    found = current_app.jinja_env.get_template(template)
    return "".join(found.blocks[block](found.new_context(context)))


def redirect_or_fragment(endpoint: str, **values: Any) -> Response:
    """See-other to a page after a POST; htmx is told to go there instead of swapping it in."""
    return go_to(url_for(endpoint, **values))


def go_to(path: str) -> Response:
    """See-other to a path of this site, for browsers and htmx alike. Never give it unchecked input."""
    if request.htmx:  # type: ignore[attr-defined]
        return Response(status=204, headers={"HX-Redirect": path})
    return make_response(redirect(path, code=303))


def to_login(endpoint: str) -> Response:
    """Send a person who is not logged in to the right log-in, and back afterwards."""
    after = request.full_path.rstrip("?") if request.method == "GET" else None
    if not request.htmx:  # type: ignore[attr-defined]
        return make_response(redirect(url_for(endpoint, next=after), code=303))
    # A log-in form must not appear inside a table cell; and the way back is to the page, not to its part.
    page = request.htmx.current_url  # type: ignore[attr-defined]
    after = safe_path(_path_of(page)) if page else None
    return Response(status=401, headers={"HX-Redirect": url_for(endpoint, next=after)})


def _path_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def safe_path(path: str | None, default: str | None = None) -> str | None:
    """``path`` when it is a plain path of this site, else ``default``: no scheme, host or backslash in it."""
    if not path or len(path) > LONGEST_NEXT or not _PLAIN_PATH.fullmatch(path):
        return default
    return path


def public_url(endpoint: str, **values: Any) -> str:
    """A full address for links that leave the site; LIANA_PUBLIC_URL wins over what the browser asked for."""
    base = current_app.config["PUBLIC_URL"]
    if base:
        return str(base) + url_for(endpoint, _external=False, **values)
    return url_for(endpoint, _external=True, **values)
