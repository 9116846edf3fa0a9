"""Cookies: over HTTPS with the __Host- prefix, which no other site of the domain can set."""

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

PREFIX = "__Host-"


def cookie_name(name: str) -> str:
    """The name as the browser keeps it; plain HTTP may not use the prefix."""
    return PREFIX + name if request.is_secure else name


def read_cookie(name: str) -> str | None:
    return request.cookies.get(cookie_name(name))


def set_cookie(response: Response, name: str, value: str, *, seconds: int) -> None:
    """Set one of our cookies: for this host only, out of scripts' reach."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=seconds,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie under the same rules; it holds the session's token, never what it stands for."""

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name(app.config["SESSION_COOKIE_NAME"])

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def get_cookie_path(self, app: Flask) -> str:
        return "/"

    def get_cookie_domain(self, app: Flask) -> None:
        return None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        # Looking for a log-in is what every request does; only a page that used one varies by it.
        if response.cache_control.public and not session.modified:
            return
        super().save_session(app, session, response)
