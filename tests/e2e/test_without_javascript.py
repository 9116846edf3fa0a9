"""Everything that matters works in a browser that runs no scripts."""

import pytest

from loyalty.clinic.queries import services
from loyalty.referrals.queries import code_of
from tests.e2e.acts import LAN, log_in_patient
from tests.e2e.conftest import Entered, OpenWindow
from tests.e2e.installation import PEOPLE, Installation
from tests.e2e.offers import Holder
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


def test_a_patient_confirms_and_consents(
    installation: Installation, window: OpenWindow, entered: Entered
) -> None:
    """What htmx does in place a plain form does by way of a page."""
    patient = window("vi", scripts=False, cookies=entered("mai"))
    patient.open("/")
    patient.press("#appointment form button")
    assert patient.path == "/"
    assert patient.count("#appointment .chip.ok") == 1
    patient.open("/me")
    patient.page.locator("#consent-survey, #consent-marketing").first.uncheck()
    patient.send("consent-marketing")
    assert not patient.page.locator("#consent-marketing").is_checked()


def test_a_patient_redeems_and_takes_it_back(
    installation: Installation, window: OpenWindow, entered: Entered
) -> None:
    """The second look opens by itself; the gift's page says how it stands whenever it is opened again."""
    patient = window("vi", scripts=False, cookies=entered("mai"))
    mai = Holder(installation, "mai")
    before = mai.points()
    patient.open(f"/rewards/{mai.id_of_reward('home-kit')}")
    patient.page.locator("details.confirm summary").click()
    patient.press("details.confirm form button")
    (taken,) = mai.redemptions()
    assert patient.path == f"/redemptions/{taken.id}"
    assert mai.points() == before - taken.points
    patient.page.locator("details.confirm summary").click()
    patient.press("details.confirm form button")
    assert patient.path == "/rewards/mine"
    assert (mai.points(), mai.redemptions()[0].state) == (before, "cancelled")


def test_a_patient_gives_a_certificate_away(
    installation: Installation, window: OpenWindow, entered: Entered
) -> None:
    """A name and a greeting come onto the card, which is a picture."""
    patient = window("vi", scripts=False, cookies=entered("mai"))
    certificate = Holder(installation, "mai").certificate()
    patient.open(f"/certificates/{certificate.id}")
    patient.fill(recipient="Bà Tám", greeting="Chúc bà luôn vui.")
    patient.send("recipient")
    assert patient.path == f"/certificates/{certificate.id}/card"
    assert "Bà Tám" in (patient.page.locator("img.giftcard").get_attribute("alt") or "")


def test_reception_hands_a_gift_over(
    installation: Installation, window: OpenWindow, entered: Entered
) -> None:
    """The code is sent as a form; what it stands for and the next step come with the page."""
    desk = window("en", DESK, scripts=False, cookies=entered(LAN))
    emma = Holder(installation, "emma")
    (waiting,) = [one for one in emma.redemptions() if one.state == "approved"]
    desk.open("/admin/fulfilment")
    desk.fill(code=waiting.code)
    desk.send("code")
    desk.press("#found form[action$='/hand-over'] button")
    assert emma.state_of(waiting.id) == "handed_over"


def test_reception_notes_an_arrival_and_registers(
    installation: Installation, window: OpenWindow, entered: Entered
) -> None:
    """Arrived, a bill of two steps (worked out, then saved), and what came of it."""
    with installation.session() as session:
        ids = {service.code: service.id for service in services(session)}
    desk = window("en", DESK, scripts=False, cookies=entered(LAN))
    desk.open("/admin/")
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
