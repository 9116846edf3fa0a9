"""Headers on every kind of answer, and the cookies."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.visitor import Visitor
from web.app import create_app

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}


def policy(response: TestResponse) -> dict[str, str]:
    parts = response.headers["Content-Security-Policy"].split(";")
    return {part.split()[0]: " ".join(part.split()[1:]) for part in parts if part.strip()}


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize(
    ("path", "status"), [("/login", 200), ("/nowhere", 404), ("/", 303), ("/healthz", 200)]
)
def test_every_answer_is_guarded(visitor: Visitor, path: str, status: int) -> None:
    response = visitor.get(path, status=status).response
    assert policy(response) == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in response.headers


def test_patients_pages_may_be_asked_for_again_staffs_pages_and_parts_may_not_be_kept(
    as_mai: Visitor, as_lan: Visitor
) -> None:
    assert as_mai.get("/points").response.headers["Cache-Control"] == "private, no-cache"
    assert as_mai.get("/points", htmx=True).response.headers["Cache-Control"] == "private, no-store"
    assert as_lan.get("/admin/").response.headers["Cache-Control"] == "private, no-store"
    vary = as_mai.get("/points").response.vary
    assert {"Cookie", "Accept-Language", "HX-Request"} <= set(vary)


@pytest.mark.usefixtures("clinic")
def test_the_cookie_over_http_and_https(app: Flask) -> None:
    plain = Visitor(app).get("/login").response.headers["Set-Cookie"]
    assert plain.startswith("liana=")
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    response = Visitor(app, https=True).get("/login").response
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-liana=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.usefixtures("clinic")
def test_forms_work_over_https_and_not_from_another_site(app: Flask) -> None:
    visitor = Visitor(app, https=True)
    form = visitor.get("/login").form("/login")
    form.submit(phone="12", status=422)
    stranger = {**form.values, "phone": "12"}
    visitor.post("/login", stranger, status=400, headers={"Referer": "https://elsewhere.example/"})


def test_a_body_over_two_megabytes_is_refused(visitor: Visitor) -> None:
    page = visitor.post("/login", {"phone": "0" * (2 * 1024 * 1024 + 1)}, status=413)
    assert page.text("h1") == "This is too large"


def test_an_address_behind_a_proxy_counts_only_when_the_proxy_is_trusted(database_url: str) -> None:
    from flask import request

    from web.access import public

    for hops, address in ((0, "10.0.0.1"), (1, "203.0.113.9")):
        app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": database_url, "TRUSTED_PROXIES": hops})
        app.add_url_rule("/t/who", "t.who", public(lambda: f"{request.remote_addr} {request.scheme}"))
        said = Visitor(app).get(
            "/t/who", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto": "https"}
        )
        assert said.text() == f"{address} {'https' if hops else 'http'}"


def test_production_refuses_a_weak_key(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANA_PRODUCTION", "1")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    for key in (None, "short", "liana development key, refused in production"):
        if key is not None:
            monkeypatch.setenv("SECRET_KEY", key)
        with pytest.raises(RuntimeError, match="SECRET_KEY"):
            create_app()
    monkeypatch.setenv("SECRET_KEY", "k" * 43)
    monkeypatch.setenv("LIANA_DEMO", "1")
    assert create_app().config["DEMO"] is False
