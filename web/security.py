"""Headers every answer carries, and how large a request may be."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

from loyalty.kernel.database import reading_only
from web.config import MEGABYTE

View = TypeVar("View", bound=Callable[..., Any])
READING = frozenset({"GET", "HEAD", "OPTIONS"})
ASK_FIRST = "private, no-cache"
KEEP_NOTHING = "private, no-store"
YEAR_SECONDS = 365 * 24 * 3600

_policy = (
    ContentSecurityPolicy()
    .default_src("'none'")
    .script_src("'self'")
    .style_src("'self'")
    .img_src("'self'", "data:")
    .connect_src("'self'")
    .manifest_src("'self'")
    .worker_src("'self'")
    .form_action("'self'")
    .frame_ancestors("'none'")
    .base_uri("'none'")
    .object_src("'none'")
)
# no-referrer would break every form over HTTPS: the CSRF check wants to see where it came from.
_always = Secure(
    csp=_policy,
    coop=CrossOriginOpenerPolicy().same_origin(),
    referrer=ReferrerPolicy().same_origin(),
    xcto=XContentTypeOptions().nosniff(),
    xfo=XFrameOptions().deny(),
)
_nothing_allowed = PermissionsPolicy().camera().microphone().geolocation()
_camera_allowed = PermissionsPolicy().camera("self").microphone().geolocation()
_over_https = StrictTransportSecurity().max_age(YEAR_SECONDS).include_subdomains()


def accepts_up_to(megabytes: int) -> Callable[[View], View]:
    """Let a view take larger bodies than the site's two megabytes: uploads of files."""

    def mark(view: View) -> View:
        view.largest_body = megabytes * MEGABYTE  # type: ignore[attr-defined]
        return view

    return mark


def uses_camera(view: View) -> View:
    """Let a page of this site ask for the camera: the desk's scanner. No other page may."""
    view.camera = True  # type: ignore[attr-defined]
    return view


def init_security(app: Flask) -> None:
    """Before the other extensions: the size must be known when the CSRF check reads the form."""
    app.before_request(_begin)
    app.after_request(_guard)
    app.teardown_request(_end)


def _begin() -> None:
    g.reading = reading_only.set(request.method in READING)
    if request.endpoint is not None:
        view = current_app.view_functions[request.endpoint]
        largest = getattr(view, "largest_body", None)
        if largest is not None:
            request.max_content_length = largest


def _end(_fault: BaseException | None = None) -> None:
    token = g.pop("reading", None)
    if token is not None:
        reading_only.reset(token)


def _guard(response: Response) -> Response:
    headers = response.headers
    for name, value in _always.headers.items():
        headers.setdefault(name, value)
    allowed = _camera_allowed if _may_use_camera() else _nothing_allowed
    headers.setdefault(allowed.header_name, allowed.header_value)
    if request.is_secure:
        headers.setdefault(_over_https.header_name, _over_https.header_value)
    if "Cache-Control" not in headers and request.endpoint not in ("static", "vendored_file"):
        headers["Cache-Control"] = ASK_FIRST if _may_be_kept(response) else KEEP_NOTHING
    if response.mimetype == "text/html":
        response.vary.update(("Cookie", "Accept-Language", "HX-Request"))
    return response


def _may_use_camera() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "camera", False)


def _may_be_kept(response: Response) -> bool:
    """Whether a browser may keep the page to ask whether it is still good; staff's pages and parts never."""
    staffs = request.path.startswith("/admin")
    return request.method in READING and response.status_code < 400 and not staffs and not _is_part()


def _is_part() -> bool:
    return request.headers.get("HX-Request") == "true"
