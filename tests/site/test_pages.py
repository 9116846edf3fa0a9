"""Every page that somebody can reach, looked at closely; every page in every language."""

from collections.abc import Iterator

import pytest

from loyalty.kernel.localized import LANGUAGES
from tests.site.access import ELSEWHERE
from tests.site.crawler import Crawler, may_open
from tests.site.house import READERS, House
from tests.support.lint import page_faults
from web.i18n import html_lang

#: Between them they may open every page.
SEE_ALL = ("nobody", "mai", "manager", "administrator")


@pytest.mark.parametrize("reader", READERS)
def test_every_page_is_sound_and_leads_somewhere(house: House, reader: str) -> None:
    crawler = Crawler(house, reader)
    crawler.walk()
    assert len(crawler.opened) > 10
    assert crawler.faults == [], "\n".join(crawler.faults)


def pages(house: House, reader: str) -> Iterator[tuple[str, str]]:
    """What a reader may open: the route and an address of it."""
    for rule in house.app.url_map.iter_rules():
        if (
            "GET" in (rule.methods or ())
            and rule.endpoint not in ELSEWHERE
            and may_open(reader, rule.endpoint)
        ):
            yield rule.rule, house.address(rule)


def test_all_pages_are_seen_by_somebody(house: House) -> None:
    closed = {
        rule.endpoint
        for rule in house.app.url_map.iter_rules()
        if not any(may_open(reader, rule.endpoint) for reader in SEE_ALL)
    }
    assert {name.partition(".")[0] for name in closed} <= {"api"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", SEE_ALL)
def test_every_page_speaks_every_language(house: House, reader: str, language: str) -> None:
    visitor = house.browser_of(reader, language)
    faults = []
    for _route, path in pages(house, reader):
        response = visitor.client.get(path, headers=visitor.headers, buffered=True)
        if response.status_code != 200 and not response.location:
            faults.append(f"{path}: {response.status_code}")
        elif response.mimetype == "text/html" and response.status_code == 200:
            faults += [f"{path}: {fault}" for fault in page_faults(response.text, html_lang(language))]
    assert faults == [], "\n".join(faults)
