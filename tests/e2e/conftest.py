"""A browser, and the product for it to look at."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from ops.browser import find_chromium
from ops.static_files import collect
from tests.e2e.installation import Installation, installed
from tests.e2e.window import Window
from tests.support.databases import Databases

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
BACKGROUND = ("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage")

OpenWindow = Callable[..., Window]


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
