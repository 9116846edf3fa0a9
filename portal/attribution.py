"""The signed cookie that remembers the invitation opened last (F2, F3): a code and nothing about a person."""

from datetime import timedelta

from flask import Response, current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from web.cookies import read_cookie, set_cookie

COOKIE = "invitation"
_SALT = "invitation opened last"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=_SALT)


def remember_invitation(response: Response, code: str, days: int) -> Response:
    """Keep the code in the friend's browser for so many days; the last one opened wins (F3)."""
    set_cookie(response, COOKIE, _signer().dumps(code), seconds=int(timedelta(days=days).total_seconds()))
    return response


def remembered_code(days: int) -> str | None:
    """The code opened last within so many days; None without one, or with one that we have not signed."""
    kept = read_cookie(COOKIE)
    if not kept:
        return None
    try:
        code = _signer().loads(kept, max_age=int(timedelta(days=days).total_seconds()))
    except BadSignature:
        return None
    return code if isinstance(code, str) else None
