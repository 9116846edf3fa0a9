"""Whole pages and parts of them, ways back that stay on the site, error pages, languages."""

import pytest
from flask import Flask, render_template_string
from jinja2 import DictLoader
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from loyalty.clinic.models import Clinic
from loyalty.patients.models import Patient
from tests.support.visitor import Visitor
from web.access import public
from web.pages import public_url, render_page, safe_path

HOSTILE = [
    "", "//evil.example", "///evil.example", "/\\evil.example", "\\evil.example", "\\\\evil.example",
    "http://evil.example", "https://evil.example/", "HTTPS://evil.example", "https:evil.example",
    "http:/evil.example", "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x",
    "ftp://evil.example", "evil.example", "evil.example/login", "@evil.example", "?next=/", "#x", ".", "..",
    "../login", "./login", "login", " /login", "\t/login", "\n/login", "/\tlogin", "/\n/evil.example",
    "/\r\nLocation: https://evil.example", "/%0d\n", "/login\u0000", "/login\u007f", "/ login", "/\u0000",
    "/\u000b/evil.example", "/\u001f", "/a\\b", "/login\\..\\..", "\u2028/login", "mailto:x@evil.example",
    "//", "///", "////evil.example", "/\\/evil.example", "/\\\\evil.example", "\\/evil.example",
    "\\/\\/evil.example", "https:///evil.example", "https:/\\evil.example", "http:\\\\evil.example",
    "://evil.example", ":", ":80", "//evil.example/%2f..", "//evil.example:443", "//user@evil.example",
    "//[::1]/", "/" + "a" * 600, "blob:x", "tel:+84903123456",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_a_way_back_never_leaves_the_site(path: str) -> None:
    assert safe_path(path, "/") == "/"


@pytest.mark.parametrize(
    "path", ["/", "/points", "/points?before=3&x=y", "/i/7KQ4M2XP", "/b/2026-11#top", "/m%C3%A3"]
)
def test_plain_paths_are_kept(path: str) -> None:
    assert safe_path(path, "/nowhere") == path


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_log_in_forgets_a_hostile_way_back(visitor: Visitor, path: str) -> None:
    form = visitor.client.get("/login", query_string={"next": path})
    assert 'name="next" type="hidden" value="/"' in form.text


@pytest.fixture
def templates(app: Flask) -> Flask:
    app.jinja_loader = None
    pages = {
        "p.html": "<html><h1>{{ title }}</h1>{% block rows %}"
        "{% from 'm.html' import row %}{% for n in rows %}{{ row(n) }}{% endfor %}{% endblock %}</html>",
        "m.html": "{% macro row(n) %}<i>{{ n }} {{ clinic.name }}</i>{% endmacro %}",
    }
    app.jinja_env.loader = DictLoader(pages)

    @public
    def page() -> object:
        return render_page("p.html", fragment="rows", title="T", rows=[1, 2])

    app.add_url_rule("/t/page", "t.page", page)
    return app


@pytest.mark.usefixtures("clinic", "templates")
def test_htmx_gets_the_part_all_others_the_page(visitor: Visitor) -> None:
    part = "<i>1 An Nhiên</i><i>2 An Nhiên</i>"
    assert visitor.get("/t/page", htmx=True).response.text == part
    whole = f"<html><h1>T</h1>{part}</html>"
    assert visitor.get("/t/page").response.text == whole
    for header in ("HX-Boosted", "HX-History-Restore-Request"):
        assert visitor.get("/t/page", htmx=True, headers={header: "true"}).response.text == whole


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize(
    ("language", "heading", "lang"),
    [
        ("en", "There is nothing here", "en"),
        ("fr", None, "vi"),
        ("zh-TW,zh;q=0.8", None, "zh-Hans"),
        ("ru-RU", None, "ru"),
    ],
)
def test_error_pages_speak_the_readers_language_and_have_a_way_out(
    app: Flask, language: str, heading: str | None, lang: str
) -> None:
    page = Visitor(app, language=language).get("/nowhere", status=404)
    html = page.tree.css_first("html")
    assert html is not None
    assert html.attributes["lang"] == lang
    assert heading is None or page.text("h1") == heading
    assert page.tree.css("main a.btn[href='/login']")


def test_before_there_is_a_clinic_the_site_says_so(visitor: Visitor) -> None:
    page = visitor.get("/login")
    form = page.form("/login")
    answer = form.submit(phone="0903 123 456", status=422)
    assert "The clinic has to be set up first." in answer.text("main")


def test_a_database_that_is_away_gives_a_page_not_a_trace(app: Flask, visitor: Visitor) -> None:
    @public
    def broken() -> str:
        raise OperationalError("SELECT secret", {}, Exception("gone"))

    app.add_url_rule("/t/away", "t.away", broken)
    page = visitor.get("/t/away", status=503)
    assert page.text("h1") == "We are back in a moment"
    assert "secret" not in page.response.text
    assert page.response.headers["Retry-After"] == "5"


def test_an_error_in_the_interface_is_a_problem_document(visitor: Visitor) -> None:
    answer = visitor.get("/api/v1/nowhere", status=404).response
    assert answer.mimetype == "application/problem+json"


def test_htmx_gets_an_error_as_a_short_part(visitor: Visitor) -> None:
    answer = visitor.get("/nowhere", status=404, htmx=True)
    assert (
        answer.response.text.strip()
        == '<p role="alert">The address may be mistyped, or the page is gone.</p>'
    )


def language_of(visitor: Visitor, path: str) -> str | None:
    html = visitor.get(path).tree.css_first("html")
    assert html is not None
    return html.attributes["lang"]


def test_her_own_choice_comes_before_her_record_her_browser_and_the_clinic(
    app: Flask, session: Session, mai: Patient
) -> None:
    stranger = Visitor(app, language="xx")
    assert language_of(stranger, "/login") == "vi"
    assert language_of(Visitor(app, language="ru"), "/login") == "ru"
    session.get_one(Patient, mai.id).language = "zh"
    session.commit()
    known = Visitor(app, language="ru").log_in(session, "patient", mai.id)
    assert language_of(known, "/points") == "zh-Hans"
    assert language_of(known, "/points?lang=en") == "en"
    assert language_of(known, "/points") == "en"
    assert language_of(known, "/points?lang=xx") == "en"


@pytest.mark.usefixtures("clinic")
def test_the_language_is_changed_by_a_form_too(app: Flask) -> None:
    visitor = Visitor(app, language="vi")
    token = visitor.get("/login").form("/login").values["csrf_token"]
    chosen = visitor.post("/language", {"csrf_token": token, "language": "ru", "next": "/login"})
    assert chosen.location == "/login"
    assert language_of(visitor, "/login") == "ru"
    visitor.post("/language", {"language": "en"}, status=400)
    away = visitor.post("/language", {"csrf_token": token, "language": "xx", "next": "//evil.example"})
    assert away.location == "/"
    assert language_of(visitor, "/login") == "ru"


def test_links_that_leave_the_site_use_the_public_address(app: Flask) -> None:
    with app.test_request_context("/", base_url="http://10.0.0.5:8000"):
        assert public_url("portal.login") == "http://10.0.0.5:8000/login"
        app.config["PUBLIC_URL"] = "https://card.annhien.example"
        assert public_url("portal.login", next="/") == "https://card.annhien.example/login?next=/"


def test_formats_in_templates_follow_language_zone_and_currency(
    app: Flask, session: Session, clinic: None
) -> None:
    from datetime import UTC, date, datetime

    at = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    shown_by = ("d|day", "at|datetime", "at|day", "1250000|money", "12345|number", "62.5|percent", "d|month")
    source = "|".join(f"{{{{ {expression} }}}}" for expression in shown_by)
    wanted = {
        "vi": "22/11/2026|03:30 23/11/2026|23/11/2026|1.250.000 ₫|12.345|62,5%|tháng 11 năm 2026",
        "en": "Nov 22, 2026|11/23/26, 3:30 AM|Nov 23, 2026|₫1,250,000|12,345|62.5%|November 2026",
        "ru": "22 нояб. 2026 г.|23.11.2026, 03:30|23 нояб. 2026 г.|1 250 000 ₫|12 345|62,5 %|ноябрь 2026 г.",
        "zh": "2026年11月22日|2026/11/23 03:30|2026年11月23日|₫1,250,000|12,345|62.5%|2026年11月",
    }
    for language, text in wanted.items():
        with app.test_request_context(f"/?lang={language}"):
            shown = render_template_string(source, d=date(2026, 11, 22), at=at)
        assert shown.replace("\u00a0", " ").replace("\u202f", " ") == text


def test_money_with_decimals_shows_them_only_when_there_are_any(
    app: Flask, session: Session, clinic: None
) -> None:
    session.get_one(Clinic, 1).currency = "RUB"
    session.commit()
    with app.test_request_context("/?lang=ru"):
        shown = render_template_string("{{ 125000|money }}|{{ 125050|money }}")
    assert shown.replace("\u00a0", " ") == "1 250 ₽|1 250,50 ₽"
