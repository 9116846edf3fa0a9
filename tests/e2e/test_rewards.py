"""Rewards, the bill in full, its refund and earning rules, as patient, reception and manager meet them."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from loyalty.points.models import EarningRule
from tests.e2e.acts import LAN, MANAGER
from tests.e2e.conftest import Entered, OpenWindow
from tests.e2e.installation import Installation
from tests.e2e.offers import (
    CERTIFICATE,
    EARNED,
    POINTS,
    REFUND_TO_CERTIFICATE,
    TAKEN_BACK,
    Holder,
    give_back,
    hand_over,
    put_on_the_bill,
    redeem_with_two_clicks,
    save_bill,
    see_statements,
)
from tests.e2e.window import DESK, Window

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]

GIFT, PRICE = "home-kit", 150
#: Pages by the names of their pictures, and where they are opened; {patient} is Mai.
STAFF_PAGES = {
    "wallet": ("phone", "/admin/patients/{patient}?tab=wallet"),
    "points": ("phone", "/admin/patients/{patient}?tab=points"),
    "adjust": ("desk", "/admin/patients/{patient}/points"),
    "liability": ("phone", "/admin/reports/liability"),
    "tiers": ("desk", "/admin/tiers"),
    "catalogue": ("phone", "/admin/rewards"),
    "rule": ("phone", "/admin/earning-rules/new"),
    "approvals": ("desk", "/admin/points/approvals"),
}


def test_a_gift_a_bill_and_a_refund(installation: Installation, window: OpenWindow, entered: Entered) -> None:
    """Issue 3, the story: Mai takes a gift, pays with all she holds, and gets a part back."""
    mai = Holder(installation, "mai")
    phone = window("vi", cookies=entered("mai"), also_dark=True)
    desk = window("en", DESK, cookies=entered(LAN), also_dark=True)
    see_the_gift(mai, phone, desk)
    visit_id, held = see_the_bill(mai, phone, desk)
    manager = window("en", DESK, cookies=entered(MANAGER))
    before = mai.points()
    give_back(manager, visit_id)
    assert mai.points() == before - TAKEN_BACK
    assert mai.certificate().balance_minor == held - CERTIFICATE + REFUND_TO_CERTIFICATE
    see_statements(phone, manager, visit_id, refunded=True, name="statement-refunded")


def see_the_gift(mai: Holder, phone: Window, desk: Window) -> None:
    """Redeemed once by two clicks, handed over by its code; the open page tells her by itself (V7)."""
    before = mai.points()
    code = redeem_with_two_clicks(phone, mai.id_of_reward(GIFT))
    (taken,) = mai.redemptions()
    assert (taken.state, mai.points()) == ("approved", before - PRICE)
    assert phone.path == f"/redemptions/{taken.id}"
    hand_over(desk, code)
    expect(phone.page.locator(".vch.over")).to_be_visible()
    expect(phone.page.locator(".while-open")).to_be_hidden()
    phone.look("redemption-over")
    assert mai.redemptions()[0].state == "handed_over"
    phone.open("/points", "points-after")
    assert phone.number(".bal .big") == before - PRICE
    phone.open("/rewards/mine", "my-rewards")
    assert phone.count("main details a.li") == 1


def see_the_bill(mai: Holder, phone: Window, desk: Window) -> tuple[int, int]:
    """Voucher, points, certificate and money in one bill; gives the visit and what the certificate held."""
    before, certificate = mai.points(), mai.certificate()
    phone.open(f"/certificates/{certificate.id}", "certificate")
    put_on_the_bill(desk, mai, phone.text(".vch .code"))
    visit_id = save_bill(desk)
    assert mai.points() == before - POINTS + EARNED
    see_statements(phone, desk, visit_id, refunded=False, name="statement")
    phone.open(f"/certificates/{certificate.id}/card", "gift-card")
    return visit_id, certificate.balance_minor


def test_an_earning_rule_is_tried_and_put_in_force(
    installation: Installation, window: OpenWindow, entered: Entered
) -> None:
    """Drafted, worked out over the quarter that has passed, activated; its form and page in both lights."""
    manager = window("en", DESK, cookies=entered(MANAGER), also_dark=True)
    manager.open("/admin/earning-rules", "earning-rules")
    manager.press("a[href='/admin/earning-rules/new']", "earning-rule-new")
    manager.fill(name_vi="Tháng của làn da", name_en="A month for the skin", code="skin", percent="200")
    manager.page.locator("label:has([name=specialties][value=dermatology])").click()
    manager.send("percent", "earning-rule-draft")
    assert "SKIN:1" in manager.text(".phead")
    shown = [int(text.replace(",", "")) for text in manager.texts(".panel dl.kv dd")[:2]]
    assert shown[1] > shown[0] > 0
    manager.press("form[action$='/activate'] button", "earning-rule-active")
    with installation.session() as session:
        assert session.scalars(select(EarningRule.state).filter_by(code="SKIN")).one() == "active"


def test_the_pages_of_money_and_membership(
    installation: Installation, window: OpenWindow, entered: Entered
) -> None:
    """By day and by night, some at the desk, some on a phone: tables become cards, and words are long."""
    patient = installation.patient_id("mai")
    desk = window("en", DESK, cookies=entered(MANAGER), also_dark=True)
    phone = window("ru", cookies=entered(MANAGER), also_dark=True)
    phone.page.goto(f"{phone.url}/admin/?lang=ru")
    for name, (where, path) in STAFF_PAGES.items():
        (desk if where == "desk" else phone).open(path.format(patient=patient), f"{where}-{name}")
