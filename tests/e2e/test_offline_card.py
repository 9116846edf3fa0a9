"""The membership card without a connection; no other page of the patient stays in the phone."""

import pytest

from tests.e2e.acts import log_in_patient
from tests.e2e.conftest import OpenWindow
from tests.e2e.installation import PEOPLE, Installation
from tests.e2e.window import Window

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]

KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) {
      const answer = await caches.match(request);
      found.push([new URL(request.url).pathname, answer.headers.get('Content-Type').split(';')[0]]);
    }
  return found;
}"""
CARD_IS_KEPT = """async () => {
  const held = await caches.match(location.origin + '/card');
  return Boolean(held && (await caches.match(document.querySelector('link[rel=stylesheet]').href)));
}"""


def pages_in_the_phone(window: Window) -> list[str]:
    """Addresses of all documents that the browser's caches hold."""
    return [path for path, kind in window.page.evaluate(KEPT) if kind == "text/html"]


def test_the_card_is_shown_without_a_connection(installation: Installation, window: OpenWindow) -> None:
    phone = window("vi")
    log_in_patient(phone, PEOPLE["mai"].phone)
    phone.open("/card", "card")
    phone.page.wait_for_function(CARD_IS_KEPT)
    number = phone.text(".vch .code")
    for path in ("/", "/points", "/me", "/card"):
        phone.open(path)
    assert pages_in_the_phone(phone) == ["/card"]

    installation.stop_web()
    phone.page.goto(f"{phone.url}/card")
    assert phone.text(".vch .code") == number
    assert phone.count(".vch svg[role=img], .vch-q svg") >= 1
    assert phone.page.evaluate("getComputedStyle(document.querySelector('.vch')).borderRadius") != "0px"
    assert pages_in_the_phone(phone) == ["/card"]

    installation.start_web()
    installation.wait()
    phone.open("/me")
    phone.send_to("/logout")
    assert pages_in_the_phone(phone) == []
