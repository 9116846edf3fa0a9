"""A reader who opens every page she is offered, looks at each closely and tries where its links lead."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from loyalty.clinic.rules.roles import Permission, may
from tests.site.access import ACCESS, PATIENT, PUBLIC, STAFF
from tests.site.house import PATIENTS, ROLES, House
from tests.support.lint import page_faults

#: Of pages that differ only in what they are about, so many are opened.
OF_EACH_KIND = 3
NOWHERE = ("/nowhere", "/admin/nowhere")
REDIRECTS = range(300, 400)
LOGINS = ("/login", "/admin/login")
LINKS = (("a[href]", "href"), ("img[src]", "src"), ("link[href]", "href"), ("script[src]", "src"))


def may_open(reader: str, endpoint: str) -> bool:
    """Whether the access table lets a reader in."""
    access = ACCESS[endpoint]
    if isinstance(access, Permission):
        return reader in ROLES and may(reader, access)
    allowed = {PUBLIC: True, PATIENT: reader in PATIENTS, STAFF: reader in ROLES}
    return allowed.get(access, False)


@dataclass
class Crawler:
    """One reader's walk through the site; ``faults`` is what she found, as sentences with their page."""

    house: House
    reader: str
    faults: list[str] = field(default_factory=list)
    opened: dict[str, int] = field(default_factory=dict)
    _kinds: Counter[tuple[object, ...]] = field(default_factory=Counter)

    def walk(self) -> None:
        """Open all pages the table names for this reader, then whatever they lead to."""
        self.visitor = self.house.browser_of(self.reader)
        self.routes = self.house.app.url_map.bind("localhost")
        known = [*NOWHERE, *(self.house.address(rule) for rule in self._rules())]
        waiting = [(path, "the table") for path in known]
        while waiting:
            path, source = waiting.pop()
            if path not in self.opened and self._is_new_kind(path):
                waiting += [(found, path) for found in self._open(path, source)]

    def _rules(self) -> Iterator[Rule]:
        for rule in self.house.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and may_open(self.reader, rule.endpoint):
                yield rule

    def _is_new_kind(self, path: str) -> bool:
        endpoint = self._endpoint(path, "GET")
        kind = (endpoint, *sorted(parse_qs(urlsplit(path).query)))
        self._kinds[kind] += 1
        return self._kinds[kind] <= OF_EACH_KIND

    def _endpoint(self, path: str, method: str) -> str | None:
        try:
            found, _values = self.routes.match(urlsplit(path).path, method=method)
        except HTTPException:
            return None
        return str(found)

    def _open(self, path: str, source: str) -> list[str]:
        response = self.visitor.client.get(path, headers=self.visitor.headers, buffered=True)
        self.opened[path] = response.status_code
        self._judge(path, source, response)
        if response.mimetype != "text/html" or response.status_code in REDIRECTS:
            return []
        self.faults += [f"{path}: {fault}" for fault in page_faults(response.text, "en")]
        tree = LexborHTMLParser(response.text)
        self._try_forms(path, tree)
        return self._links(path, tree)

    def _judge(self, path: str, source: str, response: TestResponse) -> None:
        target = urlsplit(response.headers.get("Location", "")).path
        if source != "the table" and (
            response.status_code >= 400 or (target in LOGINS and path not in LOGINS)
        ):
            self.faults.append(f"{source} leads to {path}: {response.status_code} {target}")
        elif response.status_code >= 500:
            self.faults.append(f"{path}: {response.status_code}")

    def _links(self, path: str, tree: LexborHTMLParser) -> list[str]:
        found = []
        for selector, name in LINKS:
            for node in tree.css(selector):
                target = urljoin(path, node.attributes[name] or "").partition("#")[0]
                is_ours = target.startswith("/") and not target.startswith("//")
                if is_ours and "lang" not in parse_qs(urlsplit(target).query):
                    found.append(target)
        for node in tree.css("[hx-get]"):
            found.append(urljoin(path, node.attributes["hx-get"] or ""))
        return found

    def _try_forms(self, path: str, tree: LexborHTMLParser) -> None:
        """Forms and buttons must lead to a route of that method, open to this reader."""
        acts = [
            (node.attributes.get("action"), node.attributes.get("method") or "get")
            for node in tree.css("form")
        ]
        acts += [(node.attributes["hx-post"], "post") for node in tree.css("[hx-post]")]
        acts += [(node.attributes["formaction"], "post") for node in tree.css("[formaction]")]
        for action, method in acts:
            target = urljoin(path, action or path)
            endpoint = self._endpoint(target, method.upper())
            if endpoint is None or not may_open(self.reader, endpoint):
                self.faults.append(
                    f"{path}: a form sends {method} to {target}, which is not for {self.reader}"
                )
