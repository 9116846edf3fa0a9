"""A person's browser and the pages it shows, as the tests of the portal read them."""

import re
from typing import Any

from flask import Flask
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.test import TestResponse

PHONE_BROWSER = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
)


class Page:
    """What came back: ``tree`` asks by CSS selector, ``text`` reads it as a person would."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.get_data(as_text=True)
        self.location = response.headers.get("Location", "")

    @property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.html)

    def text(self, selector: str = "main") -> str:
        found = self.tree.css_first(selector)
        return _words(found) if found else ""

    def texts(self, selector: str) -> list[str]:
        return [_words(node) for node in self.tree.css(selector)]

    def fields(self, action: str) -> dict[str, str]:
        """What the browser would send of the form that posts to ``action``, as it stands."""
        forms = [form for form in self.tree.css("form") if _path(form.attributes["action"]) == action]
        assert forms, f"no form posts to {action}"
        form = forms[0]
        filled: dict[str, str] = {}
        for node in form.css("input,textarea"):
            kind, name = node.attributes.get("type"), node.attributes.get("name")
            if name and (kind not in ("checkbox", "radio") or "checked" in node.attributes):
                filled[name] = node.attributes.get("value") or ""
        for menu in form.css("select"):
            chosen = menu.css_first("option[selected]") or menu.css_first("option")
            filled[menu.attributes["name"] or ""] = (chosen.attributes.get("value") or "") if chosen else ""
        return filled


def _path(address: str | None) -> str:
    return (address or "").partition("#")[0]


def _words(node: LexborNode) -> str:
    return re.sub(r"\s+([.,])", r"\1", " ".join(node.text(separator=" ").split()))


class Browser:
    """A person's browser: sends forms as they stand on the page, changed where the person changed them."""

    def __init__(self, app: Flask, token: str | None = None, language: str = "en") -> None:
        self.client = app.test_client()
        self.headers = {"Accept-Language": language, "User-Agent": PHONE_BROWSER}
        if token:
            with self.client.session_transaction() as kept:
                kept["_user_id"] = f"patient.{token}"

    def get(self, path: str, **headers: str) -> Page:
        return Page(self.client.get(path, headers={**self.headers, **_named(headers)}))

    def post(self, path: str, data: dict[str, Any], **headers: str) -> Page:
        return Page(self.client.post(path, data=data, headers={**self.headers, **_named(headers)}))

    def submit(self, page: str, action: str, /, **changes: str | None) -> Page:
        """Open a page and send one of its forms; a change to None leaves that field out."""
        filled = {**self.get(page).fields(action), **changes}
        return self.post(action, {name: value for name, value in filled.items() if value is not None})

    def token(self) -> str:
        """A CSRF token of this browser, for what no page offers."""
        form = self.get("/visits").fields("/visits/request")
        return form["csrf_token"]


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
