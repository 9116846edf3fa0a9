"""What patient, reception and manager do with rewards, bills and refunds in their windows."""

import re

from playwright.sync_api import expect
from sqlalchemy import select

from loyalty.clinic.queries import services
from loyalty.kernel.clock import now as clock_now
from loyalty.points.queries import available
from loyalty.rewards.models import Certificate, Redemption, Reward, Voucher
from loyalty.rewards.queries import Wallet, wallet
from tests.e2e.installation import Installation
from tests.e2e.story import CALENDAR, digits
from tests.e2e.window import Window

#: The bill: a laser session, less her birthday voucher, 200 points and half a million of her certificate.
SERVICE, GROSS = "skin-laser", 2_700_000
VOUCHER, POINTS, POINTS_WORTH, CERTIFICATE = 100_000, 200, 200_000, 500_000
DUE = GROSS - VOUCHER - POINTS_WORTH - CERTIFICATE
#: Money and certificate earn, points do not (P3).
EARNED = (DUE + CERTIFICATE) // 10_000
#: Given back: all the money first, then a part to the certificate (P12); it costs the points it had earned.
REFUND = 2_000_000
REFUND_TO_CERTIFICATE = REFUND - DUE
TAKEN_BACK = EARNED - (CERTIFICATE - REFUND_TO_CERTIFICATE) // 10_000


class Holder:
    """A patient who holds points and offers, as the database knows her."""

    def __init__(self, installation: Installation, key: str) -> None:
        self.installation, self.id = installation, installation.patient_id(key)

    def points(self) -> int:
        with self.installation.session() as session:
            return available(session, self.id, CALENDAR.day_of(clock_now()))

    def certificate(self) -> Certificate:
        """Her one gift certificate."""
        (found,) = self._wallet().certificates
        return found

    def voucher(self) -> Voucher:
        """Her one voucher."""
        (found,) = self._wallet().vouchers
        return found

    def _wallet(self) -> Wallet:
        with self.installation.session() as session:
            return wallet(session, self.id, CALENDAR.day_of(clock_now()))

    def redemptions(self) -> list[Redemption]:
        with self.installation.session() as session:
            return list(session.scalars(select(Redemption).filter_by(patient_id=self.id)))

    def state_of(self, redemption_id: int) -> str:
        return next(one.state for one in self.redemptions() if one.id == redemption_id)

    def id_of_reward(self, code: str) -> int:
        with self.installation.session() as session:
            return session.scalars(select(Reward.id).filter_by(code=code)).one()

    def id_of_service(self, code: str) -> int:
        with self.installation.session() as session:
            return next(service.id for service in services(session) if service.code == code)


def redeem_with_two_clicks(phone: Window, reward_id: int) -> str:
    """From the catalogue to the gift, by a double click on the last button; gives the code to show."""
    phone.open("/rewards", "rewards")
    phone.press(f"a.reward[href='/rewards/{reward_id}']", "reward")
    phone.page.locator("details.confirm summary").click()
    phone.look("reward-confirm")
    with phone.page.expect_navigation(url=re.compile("/redemptions/")):
        phone.page.locator("details.confirm form button").dblclick()
    phone.look("redemption")
    assert phone.count(".vch-q svg") == 1
    return phone.text(".vch .code")


def hand_over(desk: Window, code: str) -> None:
    """Reception types what stands under the picture, in small letters, and hands the gift over."""
    desk.open("/admin/fulfilment", "fulfilment")
    desk.fill(code=code.lower().replace("-", " "))
    desk.page.locator("form:has(#code) button").click()
    expect(desk.page.locator("#found .vres.ok")).to_be_visible()
    desk.look("fulfilment-found")
    desk.press("#found form[action$='/hand-over'] button", "fulfilment-done")


def put_on_the_bill(desk: Window, holder: Holder, certificate_code: str) -> None:
    """Each thing that is typed changes the bill beside it, without a page being loaded (V1)."""
    desk.open(f"/admin/visits/new?patient={holder.id}", "register-offers-empty")
    desk.page.locator("#lines-0-service").select_option(str(holder.id_of_service(SERVICE)))
    see_bill(desk, GROSS, GROSS)
    desk.page.locator("[name=own_vouchers]").check()
    see_bill(desk, GROSS, VOUCHER, GROSS - VOUCHER)
    desk.fill(points_used=str(POINTS))
    see_bill(desk, GROSS, VOUCHER, POINTS_WORTH, GROSS - VOUCHER - POINTS_WORTH)
    desk.fill(vouchers="NOSUCHCODE22")
    expect(desk.page.locator("#vouchers-said .errmsg")).to_have_count(1)
    desk.look("register-offers-refused")
    desk.fill(vouchers="", certificates=certificate_code, certificate_amount=str(CERTIFICATE))
    see_bill(desk, GROSS, VOUCHER, POINTS_WORTH, CERTIFICATE, DUE)
    expect(desk.page.locator("#vouchers-said .errmsg")).to_have_count(0)
    desk.look("register-offers")


def see_bill(desk: Window, *figures: int) -> None:
    """The quote shows exactly these amounts, as soon as the answer is there."""
    written = [re.compile(rf"^\D*{re.escape(f'{figure:,}')}\D*$") for figure in figures]
    expect(desk.page.locator("#quote dl dd")).to_have_text(written)


def save_bill(desk: Window) -> int:
    """Saved, with what came of it; gives the visit's id."""
    desk.send("paid", "registered-offers")
    found = re.fullmatch(r"/admin/visits/(\d+)/registered", desk.path)
    assert found is not None, desk.path
    return int(found[1])


def give_back(manager: Window, visit_id: int) -> None:
    """The manager sees where a partial refund goes while she types it, and gives it back."""
    manager.open(f"/admin/visits/{visit_id}/refund")
    manager.fill(amount=str(REFUND), reason="The second half of the treatment was not needed.")
    shown = [re.compile(rf"\D{figure:,}$") for figure in (DUE, REFUND_TO_CERTIFICATE)]
    expect(manager.page.locator("#split dd")).to_have_text(shown)
    manager.look("refund-split")
    manager.send("reason", "refunded")
    assert manager.path == f"/admin/visits/{visit_id}"


def see_statements(phone: Window, desk: Window, visit_id: int, *, refunded: bool, name: str) -> None:
    """The patient and the desk read the same bill."""
    off = [VOUCHER, POINTS_WORTH, CERTIFICATE]
    back = [DUE, REFUND_TO_CERTIFICATE] if refunded else []
    phone.open(f"/visits/{visit_id}/statement", name)
    assert figures(phone) == [GROSS, GROSS, *off, DUE, DUE, *back]
    assert phone.number(".amt.plus") == EARNED - (TAKEN_BACK if refunded else 0)
    desk.open(f"/admin/visits/{visit_id}/statement", f"staff-{name}")
    assert figures(desk) == [GROSS, *off, DUE, DUE, *back, DUE, *back]
    assert desk.number(".amt.plus") == EARNED
    assert desk.count(".pfoot") == (2 if refunded else 1)


def figures(window: Window) -> list[int]:
    """The amounts of a statement, from top to bottom."""
    return [digits(text) for text in window.texts("main dl.kv dd")]
