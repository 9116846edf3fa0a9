"""Staff on a phone: Today, the day's list and the registration of a visit."""

import pytest
from playwright.sync_api import expect

from loyalty.clinic.queries import services
from tests.e2e.acts import LAN, MANAGER, log_in_staff
from tests.e2e.conftest import OpenWindow
from tests.e2e.installation import PEOPLE, Installation
from tests.e2e.story import digits

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]

#: WCAG 2.5.8; what stands in a sentence, and what only a screen reader meets, is left out by that rule too.
SMALL_TARGETS = """() => [...document.querySelectorAll('a.btn, button, summary, input, select')]
  .filter((e) => e.checkVisibility() && !e.closest('.vh') && e.type !== 'hidden')
  .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter(([_, box]) => box.width > 0 && (box.width < 24 || box.height < 24)).map(([html]) => html)"""


def test_reception_works_on_a_phone(installation: Installation, window: OpenWindow) -> None:
    """390 px: nothing sticks out, everything can be hit with a finger, a visit is registered."""
    with installation.session() as session:
        ids = {service.code: service.id for service in services(session)}
    desk = window("ru", also_dark=True)
    log_in_staff(desk, LAN, "phone-staff")
    desk.page.locator("details.mside summary").tap()
    expect(desk.page.locator("details.mside a[href='/admin/visits']")).to_be_visible()
    desk.look()
    desk.press("details.mside a[href='/admin/visits']", "phone-visits")
    row = desk.page.locator("tr", has=desk.page.get_by_text(PEOPLE["tuan"].name, exact=True))
    row.locator("form button").tap()
    expect(row.locator("a.btn")).to_be_visible()
    assert desk.page.evaluate(SMALL_TARGETS) == []
    desk.press(row.locator("a.btn"), "phone-register")
    assert desk.page.evaluate(SMALL_TARGETS) == []
    desk.page.locator("#lines-0-service").select_option(str(ids["blood-panel"]))
    expect(desk.page.locator("#quote dl dd")).to_have_count(2)
    assert digits(desk.texts("#quote dl dd")[1]) == 900_000
    desk.look("phone-register-quote")
    desk.send("paid", "phone-registered")
    assert desk.path.endswith("/registered")


#: Pages by the names of their pictures.
PAGES = {
    "board": "/admin/referrals",
    "leaderboards": "/admin/leaderboards",
    "patients": "/admin/patients",
    "messages": "/admin/messages",
    "health": "/admin/health",
    "settings": "/admin/settings",
    "imports": "/admin/imports",
}


def test_a_manager_looks_around_on_a_phone(installation: Installation, window: OpenWindow) -> None:
    """Wide tables become cards, the board's columns stand below each other."""
    manager = window("vi")
    log_in_staff(manager, MANAGER)
    for name, path in PAGES.items():
        manager.open(path, f"phone-{name}")
    manager.open(f"/admin/patients/{installation.patient_id('mai')}", "phone-patient")
