"""A browser, and the product for it to look at."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from ops.browser import find_chromium
from ops.static_files import collect
from tests.e2e.acts import log_in_patient, log_in_staff
from tests.e2e.installation import PEOPLE, Installation, installed
from tests.e2e.window import Window
from tests.support.databases import Databases

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
BACKGROUND = ("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage")

OpenWindow = Callable[..., Window]
#: The cookies of somebody who has logged in: staff by e-mail, patients by the key of the demo.
Entered = Callable[[str], Any]


@pytest.fixture(scope="session")
def static_files() -> None:
    """Static files as ./run collects them: compressed, under names that carry their hash."""
    collect()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for one file of tests; after it no event loop is left to the others."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*QUIET, *BACKGROUND], chromium_sandbox=False
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def installation(
    static_files: None, databases: Databases, valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The product with the demo clinic, for one file of tests."""
    with installed(databases, valkey_url, tmp_path_factory.mktemp("installation")) as running:
        yield running


@pytest.fixture(scope="module")
def entered(browser: Browser, installation: Installation) -> Entered:
    """Logs everybody in once for one file of tests: each code is good for one time, and few are sent."""

    @cache
    def cookies(who: str) -> Any:
        person = PEOPLE.get(who)
        entering = Window(browser, installation.url, (person and person.language) or "en")
        if person is None:
            log_in_staff(entering, who)
        else:
            log_in_patient(entering, person.phone)
        kept = entering.context.storage_state()
        entering.close()
        return kept

    return cookies


@pytest.fixture
def window(browser: Browser, installation: Installation) -> Iterator[OpenWindow]:
    """Opens windows of people who have never been here; says at the end what any of them noticed."""
    opened: list[Window] = []

    def open_window(language: str, *args: Any, **kwargs: Any) -> Window:
        opened.append(Window(browser, installation.url, language, *args, **kwargs))
        return opened[-1]

    yield open_window
    for one in opened:
        one.close()
    assert [fault for one in opened for fault in one.faults] == []
