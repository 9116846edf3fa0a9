"""A browser window of one person, which looks at every page as a strict visitor would.

On each page: the language of the document, accessibility by axe, nothing wider than the window, nothing in
the console, no word to another host, no answer of 400 or above. With SHOTS=FOLDER in the environment the
pages that were given a name are photographed, for people to look at.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Request, Response

LOCALES = {"vi": "vi-VN", "zh": "zh-CN", "ru": "ru-RU", "en": "en-GB"}
PATIENCE_MS = 30_000
BAD_STATUS = 400
SHOTS = os.environ.get("SHOTS")

#: What sticks out of the window, or out of the card that holds it; lists that scroll by themselves may.
TOO_WIDE = """() => {
  const root = document.documentElement, width = root.clientWidth, found = [];
  const named = (e) => `${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 30)}`;
  if (root.scrollWidth > width + 1) found.push(`${root.scrollWidth} px`);
  for (const e of document.querySelectorAll('body *')) {
    if (!e.checkVisibility() || e.closest('svg, .vh, .skip, .caps, .scrollx, .tabs, .toasts')) continue;
    const box = e.getBoundingClientRect();
    if (!box.width) continue;
    if (box.right > width + 1) found.push(`outside: ${named(e)}`);
    const card = e.closest('.card, .tcard, .gc, .way, .vch, .panel, .kcard');
    if (!card || card === e) continue;
    if (box.right > card.getBoundingClientRect().right + 1) found.push(`past: ${named(e)}`);
  }
  return [...new Set(found)].slice(0, 5);
}"""
SETTLED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
  Promise.all(document.getAnimations().map((one) => one.finished.catch(() => 0))).then(() => done()))))"""
AGENT = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"


@dataclass(frozen=True, slots=True)
class Device:
    """The size of a window; touched with a finger or pointed at."""

    width: int
    height: int
    is_phone: bool


PHONE, DESK = Device(390, 844, True), Device(1440, 900, False)


class Window:
    """One person at one page at a time."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        language: str,
        device: Device = PHONE,
        *,
        scripts: bool = True,
        also_dark: bool = False,
        cookies: Any = None,
    ) -> None:
        self.url, self.language = url, language
        self.scripts, self.also_dark = scripts, also_dark
        self.faults: list[str] = []
        self.context = self._context(browser, device, cookies)
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def _context(self, browser: Browser, device: Device, cookies: Any) -> BrowserContext:
        context = browser.new_context(
            locale=LOCALES[self.language],
            viewport={"width": device.width, "height": device.height},
            is_mobile=device.is_phone,
            has_touch=device.is_phone,
            user_agent=AGENT,
            java_script_enabled=self.scripts,
            reduced_motion="reduce",
            storage_state=cookies,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", self._asked)
        context.on("response", self._answered)
        return context

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:")):
            self.faults.append(f"another host: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= BAD_STATUS:
            self.faults.append(f"{response.status}: {response.request.method} {response.url}")

    def open(self, path: str, name: str = "") -> None:
        """Go to an address of the product, or to a full one that somebody sent."""
        self.page.goto(path if path.startswith("http") else self.url + path)
        self.look(name)

    def press(self, what: str | Locator, name: str = "") -> None:
        """Press what leads to another page, and look at that one."""
        with self.page.expect_navigation():
            self.find(what).click()
        self.look(name)

    def send(self, field: str, name: str = "") -> None:
        """Send the form in which the field with this id stands, and look at the page that comes."""
        form = self.page.locator("form", has=self.page.locator(f"#{field}"))
        self.press(form.locator("button[type=submit]:not([name]):not([formaction])").last, name)

    def send_to(self, action: str, name: str = "") -> None:
        """Press the one button that posts to this address."""
        self.press(f"form[action='{action}'] button[type=submit]", name)

    def find(self, what: str | Locator) -> Locator:
        """What a selector names; it must be there once."""
        return self.page.locator(what) if isinstance(what, str) else what

    def fill(self, **values: str) -> None:
        """Type into fields by their ids."""
        for field, value in values.items():
            self.page.locator(f"#{field}").fill(value)

    def text(self, selector: str = "main") -> str:
        """What is to be read there, in one line."""
        return " ".join(self.page.locator(selector).inner_text().split())

    def texts(self, selector: str) -> list[str]:
        return [" ".join(text.split()) for text in self.page.locator(selector).all_inner_texts()]

    def number(self, selector: str) -> int:
        """The figure that is shown there, however its thousands are grouped."""
        return int(re.sub(r"\D", "", self.text(selector)))

    def count(self, selector: str) -> int:
        return self.page.locator(selector).count()

    @property
    def path(self) -> str:
        """The address without the host and without the place on the page."""
        return self.page.url.removeprefix(self.url).partition("#")[0]

    def look(self, name: str = "") -> None:
        """Everything that must hold of the page as it stands; ``name`` has its picture taken."""
        expected = "zh-Hans" if self.language == "zh" else self.language
        assert self.page.locator("html").get_attribute("lang") == expected, self.path
        wide = self.page.evaluate(TOO_WIDE)
        assert wide == [], f"{self.path} is too wide: {wide}"
        if self.scripts:
            self._check_axe()
        if name and SHOTS:
            self._photograph(Path(SHOTS), name)
        assert self.faults == [], f"{self.path}: {self.faults}"

    def _check_axe(self) -> None:
        for scheme in ("light", "dark") if self.also_dark else ("light",):
            self._light(scheme)
            found = Axe().run(self.page)
            assert found.violations_count == 0, f"{self.path}, {scheme}: {found.generate_report()}"
        self._light("light")

    def _light(self, scheme: str) -> None:
        """Day or night; colours take a moment to change, even where motion is not wanted."""
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        self.page.evaluate(SETTLED)

    def _photograph(self, folder: Path, name: str) -> None:
        """The whole page, in a window as high as it is: bars that stick to an edge stay at the edge."""
        size = self.page.viewport_size
        assert size is not None
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
        for scheme in ("light", "dark"):
            self._light(scheme)
            self.page.screenshot(path=folder / f"{name}-{self.language}-{scheme}.png")
        self._light("light")
        self.page.set_viewport_size(size)

    def close(self) -> None:
        self.context.close()
