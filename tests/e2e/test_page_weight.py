"""What really travels on a first visit: PERFORMANCE.md, page budgets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from loyalty.leaderboard.queries import latest_published
from loyalty.referrals.queries import code_of
from tests.e2e.acts import LAN
from tests.e2e.conftest import Entered, OpenWindow
from tests.e2e.installation import Installation
from tests.e2e.offers import Holder
from tests.e2e.window import DESK, Window

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]

KB = 1024


@dataclass
class Traffic:
    """Requests of one page, and the bytes that came back for each, headers and all."""

    addresses: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def asked(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            self.addresses[event["requestId"]] = event["request"]["url"]

    def came(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.addresses:
            self.sizes[self.addresses[event["requestId"]]] = int(event["encodedDataLength"])

    @property
    def total(self) -> int:
        return sum(self.sizes.values())


@contextmanager
def traffic(window: Window) -> Iterator[Traffic]:
    """What the browser loads inside, by its own account."""
    seen, devtools = Traffic(), window.context.new_cdp_session(window.page)
    devtools.send("Network.enable")
    devtools.on("Network.requestWillBeSent", seen.asked)
    devtools.on("Network.loadingFinished", seen.came)
    yield seen
    window.page.wait_for_load_state("networkidle")
    devtools.detach()


@pytest.mark.parametrize("language", ["vi", "ru"])
def test_the_first_visit_of_the_patient_home_is_light(
    window: OpenWindow, entered: Entered, language: str
) -> None:
    """At most 45 KB and 5 requests; once the files are there, at most 10 KB in 1 request."""
    phone = window(language, cookies=entered({"vi": "mai", "ru": "anna"}[language]))
    with traffic(phone) as first:
        phone.page.goto(f"{phone.url}/")
    assert phone.count(".tcard") == 1
    assert first.total <= 45 * KB, first.sizes
    assert len(first.sizes) <= 5, first.sizes
    for path in ("/points", "/rewards", "/rewards/mine", "/tier"):
        with traffic(phone) as again:
            phone.page.goto(phone.url + path)
        travelled = {address: size for address, size in again.sizes.items() if size}
        assert len(travelled) == 1, travelled
        assert again.total <= 10 * KB, again.sizes


def test_a_code_to_show_is_light(installation: Installation, window: OpenWindow, entered: Entered) -> None:
    """Where the connection is weak, at the desk: the voucher with its code comes in 45 KB, the rest in 10."""
    phone, mai = window("vi", cookies=entered("mai")), Holder(installation, "mai")
    with traffic(phone) as first:
        phone.page.goto(f"{phone.url}/vouchers/{mai.voucher().id}")
    assert phone.count(".vch-q svg") == 1
    assert first.total <= 45 * KB, first.sizes
    paths = (f"/certificates/{mai.certificate().id}", f"/rewards/{mai.id_of_reward('home-kit')}")
    for path in paths:
        with traffic(phone) as again:
            phone.page.goto(phone.url + path)
        assert again.total <= 10 * KB, again.sizes


def test_the_invitation_is_lighter(installation: Installation, window: OpenWindow) -> None:
    """At most 15 KB and 2 requests, in the language with the longest letters."""
    with installation.session() as session:
        code = code_of(session, installation.patient_id("anna"))
    assert code is not None
    friend = window("ru")
    with traffic(friend) as first:
        friend.page.goto(f"{friend.url}/i/{code.code}")
    assert friend.count("#claim form") == 1
    assert first.total <= 15 * KB, first.sizes
    assert len(first.sizes) <= 2, first.sizes


def test_staff_pages_are_light(window: OpenWindow, entered: Entered) -> None:
    """At most 80 KB."""
    desk = window("ru", DESK, cookies=entered(LAN))
    for path in ("/admin/", "/admin/referrals", "/admin/fulfilment"):
        with traffic(desk) as first:
            desk.page.goto(desk.url + path)
        assert first.total <= 80 * KB, first.sizes


def test_the_public_board_travels_once(installation: Installation, window: OpenWindow) -> None:
    """It is asked for each time, and sent again only when it has changed."""
    with installation.session() as session:
        board = latest_published(session)
    assert board is not None
    reader, address = window("zh"), f"{installation.url}/b/{board.month}"
    with traffic(reader) as first:
        reader.page.goto(address)
    with traffic(reader) as again:
        reader.page.goto(address)
    assert KB < first.sizes[address] <= 8 * KB
    assert again.sizes[address] < KB
