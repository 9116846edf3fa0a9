"""What people do in their windows again and again: log in, read the demo's phones."""

import re
import time
from collections.abc import Callable

import pyotp

from demo.staff import PASSWORD, STAFF
from tests.e2e.installation import e164
from tests.e2e.window import Window

LAN, MANAGER = "lan@annhien.example", "giam-doc@annhien.example"
_SECRETS = {member.email: member.secret for member in STAFF}
PATIENCE_SECONDS = 30
CODE = re.compile(r"\b\d{6}\b")


def log_in_patient(window: Window, phone: str, name: str = "") -> None:
    """By phone number and the code that the demo's outbox shows; ends on the home page."""
    window.open("/login", name)
    window.fill(phone=phone)
    window.send("phone")
    code = CODE.findall(wait_for_message(window, phone, lambda text: bool(CODE.search(text))))[0]
    window.open("/login/code", f"{name}-code" if name else "")
    window.fill(code=code)
    window.send("code")
    assert window.path == "/"


def log_in_staff(window: Window, email: str, name: str = "") -> None:
    """By password and the second factor, in the window's language; ends on Today."""
    window.open(f"/admin/login?lang={window.language}", name)
    window.fill(email=email, password=PASSWORD)
    window.send("password")
    window.fill(code=pyotp.TOTP(_SECRETS[email]).now())
    window.send("code", f"{name}-today" if name else "")
    assert window.path == "/admin/"


def messages_of(window: Window, phone: str) -> list[str]:
    """What the demo's outbox shows for a phone, the latest first; none before the first message."""
    window.page.goto(f"{window.url}/demo/outbox")
    box = window.page.locator("main section", has=window.page.get_by_role("heading", name=e164(phone)))
    return [" ".join(text.split()) for text in box.locator("li .blk").all_inner_texts()]


def wait_for_message(window: Window, phone: str, wanted: Callable[[str], bool]) -> str:
    """The latest message of a phone that is as wanted, as soon as the worker has delivered it."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        found = [text for text in messages_of(window, phone) if wanted(text)]
        if found:
            window.look()
            return found[0]
        time.sleep(0.3)
    raise AssertionError(f"no such message came to {phone}: {messages_of(window, phone)}")
