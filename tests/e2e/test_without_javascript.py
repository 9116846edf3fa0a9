"""Everything that matters works in a browser that runs no scripts."""

import pytest

from loyalty.clinic.queries import services
from loyalty.referrals.queries import code_of
from tests.e2e.acts import LAN, log_in_patient, log_in_staff
from tests.e2e.conftest import OpenWindow
from tests.e2e.installation import PEOPLE, Installation
from tests.e2e.story import BILL, DUE, digits
from tests.e2e.window import DESK

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]


def test_a_friend_claims_and_a_patient_logs_in(installation: Installation, window: OpenWindow) -> None:
    """The invitation's form and the code by SMS need no script; the friend is told on her own page."""
    friend = window("ru", scripts=False)
    with installation.session() as session:
        code = code_of(session, installation.patient_id("anna"))
    assert code is not None
    friend.open(f"/i/{code.code}")
    friend.fill(name="Зоя Минаева", phone="0774 555 171")
    friend.page.locator("label:has(input[name=wished_on])").first.click()
    friend.page.locator("#care").check()
    friend.send("phone")
    assert friend.path == f"/i/{code.code}/thanks"

    log_in_patient(friend, "0774 555 171")
    assert friend.count("#appointment a[href='/visits']") == 1
    friend.open("/visits")
    assert friend.count("main form[action='/visits/request']") == 1


def test_a_patient_confirms_and_consents(installation: Installation, window: OpenWindow) -> None:
    """What htmx does in place a plain form does by way of a page."""
    patient = window("vi", scripts=False)
    log_in_patient(patient, PEOPLE["mai"].phone)
    patient.press("#appointment form button")
    assert patient.path == "/"
    assert patient.count("#appointment .chip.ok") == 1
    patient.open("/me")
    patient.page.locator("#consent-survey, #consent-marketing").first.uncheck()
    patient.send("consent-marketing")
    assert not patient.page.locator("#consent-marketing").is_checked()


def test_reception_notes_an_arrival_and_registers(installation: Installation, window: OpenWindow) -> None:
    """Arrived, a bill of two steps (worked out, then saved), and what came of it."""
    with installation.session() as session:
        ids = {service.code: service.id for service in services(session)}
    desk = window("en", DESK, scripts=False)
    log_in_staff(desk, LAN)
    row = desk.page.locator("tr", has=desk.page.get_by_text(PEOPLE["tuan"].name, exact=True))
    desk.press(row.locator("form button"))
    assert desk.path == "/admin/"
    desk.press(row.locator("a.btn"))
    for line, code in enumerate(BILL):
        desk.page.locator(f"#lines-{line}-service").select_option(str(ids[code]))
    desk.press("#quote button")
    assert [digits(text) for text in desk.texts("#quote dl dd")][-1] == DUE
    desk.send("paid")
    assert desk.path.endswith("/registered")
    desk.open("/admin/referrals")
    rewarded = desk.page.locator(".board .col").nth(3)
    assert rewarded.get_by_role("link", name=PEOPLE["tuan"].name, exact=True).count() == 1
