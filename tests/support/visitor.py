"""A person with a browser: opens pages, fills in their forms, and notices what is wrong with a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from flask import Flask
from selectolax.lexbor import LexborHTMLParser, LexborNode
from sqlalchemy import Select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.access.operations import start_session
from loyalty.kernel.clock import now as clock_now
from loyalty.kernel.database import Base
from tests.support.lint import structure_faults

Row = TypeVar("Row", bound=Base)


@dataclass
class FormOnPage:
    """A form as it stands on a page, with the values it would send."""

    visitor: "Visitor"
    action: str
    values: dict[str, str]

    def fill(self, **values: str) -> Self:
        self.values.update(values)
        return self

    def submit(self, status: int = 303, **values: str) -> "Page":
        return self.visitor.post(self.action, {**self.values, **values}, status=status)


@dataclass
class Page:
    """An answer: its text by CSS selector and its forms by action."""

    visitor: "Visitor"
    response: TestResponse
    tree: LexborHTMLParser = field(init=False)

    def __post_init__(self) -> None:
        text = self.response.text if self.response.mimetype.startswith("text/") else ""
        self.tree = LexborHTMLParser(text)

    @property
    def location(self) -> str:
        """Where a redirect or an HX-Redirect leads, as a path."""
        headers = self.response.headers
        parts = urlsplit(headers.get("HX-Redirect") or headers["Location"])
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def text(self, selector: str = "body") -> str:
        found = self.texts(selector)
        assert len(found) == 1, f"{selector}: {found}"
        return found[0]

    def texts(self, selector: str) -> list[str]:
        return [" ".join(node.text().split()) for node in self.tree.css(selector)]

    def form(self, action: str | None = None) -> FormOnPage:
        """The form that posts to ``action``; the only one that posts when none is named."""
        forms = [node for node in self.tree.css("form") if node.attributes.get("method") == "post"]
        if action is not None:
            forms = [node for node in forms if node.attributes.get("action") == action]
        assert len(forms) == 1, f"{len(forms)} forms for {action}"
        target = forms[0].attributes.get("action") or self.response.request.path
        return FormOnPage(self.visitor, target, _values_of(forms[0]))

    def follow(self, status: int = 200) -> "Page":
        return self.visitor.get(self.location, status=status)


class Visitor:
    """A browser with its own cookies. Every whole page it sees is checked."""

    def __init__(
        self, app: Flask, *, language: str = "en", https: bool = False, address: str = "10.0.0.1"
    ) -> None:
        self.app = app
        self.client = app.test_client()
        self.headers = {"Accept-Language": language, "User-Agent": "Visitor"}
        self.base = "https://localhost" if https else "http://localhost"
        self.address = address

    def get(self, path: str, status: int = 200, **more: Any) -> Page:
        return self._open("GET", path, status, **more)

    def post(self, path: str, data: Mapping[str, Any], status: int = 303, **more: Any) -> Page:
        return self._open("POST", path, status, data=data, **more)

    def _open(self, method: str, path: str, status: int, *, htmx: bool = False, **more: Any) -> Page:
        headers = {**self.headers, **more.pop("headers", {})}
        if htmx:
            headers["HX-Request"] = "true"
        if self.base.startswith("https"):
            headers.setdefault("Referer", f"{self.base}/")
        response = self.client.open(
            path,
            method=method,
            headers=headers,
            base_url=self.base,
            environ_base={"REMOTE_ADDR": self.address},
            buffered=True,
            **more,
        )
        assert response.status_code == status, (
            f"{method} {path}: {response.status_code}\n{response.text[:2000]}"
        )
        page = Page(self, response)
        if response.mimetype == "text/html" and not htmx and "<html" in response.text:
            faults = list(structure_faults(page.tree))
            assert not faults, f"{method} {path}: {faults}"
        return page

    def log_in(self, session: Session, kind: str, person_id: int) -> Self:
        """Be logged in, without the way through the log-in pages; ``kind`` is patient or staff."""
        token = start_session(session, kind=kind, person_id=person_id, device="Visitor", now=clock_now())
        session.commit()
        with self.client.session_transaction(base_url=self.base) as cookie:
            cookie["_user_id"] = f"{kind}.{token}"
        return self


def _values_of(form: LexborNode) -> dict[str, str]:
    values = {}
    for control in form.css("input[name], textarea[name], select[name]"):
        kind = control.attributes.get("type") or control.tag
        name, value = control.attributes["name"] or "", control.attributes.get("value") or ""
        if kind in ("checkbox", "radio"):
            if "checked" in control.attributes:
                values[name] = value or "on"
        elif kind == "select":
            chosen = control.css_first("option[selected]") or control.css_first("option")
            values[name] = (chosen.attributes.get("value") or "") if chosen is not None else ""
        elif kind == "textarea":
            values[name] = control.text()
        elif kind not in ("submit", "button", "file"):
            values[name] = value
    return values


def seen(session: Session, statement: Select[Any]) -> list[Any]:
    """What a statement finds now. The test holds nothing open after it: on SQLite pages would wait."""
    session.rollback()
    found = list(session.scalars(statement))
    for row in found:
        if isinstance(row, Base):
            session.expunge(row)
    session.rollback()
    return found


def apart(session: Session, row: Row) -> Row:
    """A row with its values at hand and no hold on the database."""
    session.refresh(row)
    session.expunge(row)
    session.rollback()
    return row
