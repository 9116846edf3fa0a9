"""Double clicks and two receptionists at once, through the real door: one effect and a plain answer."""

from typing import Any

import pytest
from sqlalchemy import func, select

from loyalty.activity.models import AuditEntry
from loyalty.clinic.queries import services
from loyalty.points.models import LedgerEntry
from loyalty.visits.models import AppointmentRequest, Visit
from tests.e2e.acts import LAN, MANAGER
from tests.e2e.conftest import Entered, OpenWindow
from tests.e2e.installation import Installation
from tests.e2e.offers import Holder
from tests.e2e.story import HALF
from tests.e2e.window import DESK, Window

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]

#: Sends the form of a field so many times at one instant, past the page's own guard against a second press.
SEND = """([selector, times, at]) => {
  const form = document.querySelector(selector);
  const send = async () => {
    const answer = await fetch(form.action, {method: 'POST', body: new URLSearchParams(new FormData(form))});
    return [answer.status, new URL(answer.url).pathname, await answer.text()];
  };
  const all = () => Promise.all(Array.from({length: times}, send));
  window.answers = new Promise((done) => setTimeout(() => done(all()), at - Date.now()));
}"""


def answers(*windows: Window, selector: str, times: int = 1) -> list[tuple[int, str, str]]:
    """Each form is sent at the same moment: status, address and text of every answer."""
    for one in windows:
        at = one.page.evaluate("Date.now()") + 700
        one.page.evaluate(SEND, [selector, times, at])
    found: list[Any] = []
    for one in windows:
        found += one.page.evaluate("window.answers")
    return [(status, path, text) for status, path, text in found]


def counted(installation: Installation, *where: Any) -> int:
    with installation.session() as session:
        return session.scalar(select(func.count()).where(*where)) or 0


@pytest.fixture
def desk(window: OpenWindow, entered: Entered) -> Window:
    """Lan, logged in."""
    opened = window("en", DESK, cookies=entered(LAN))
    opened.open("/admin/visits")
    return opened


def visit_of(installation: Installation, key: str) -> int:
    """Today's visit of somebody."""
    with installation.session() as session:
        query = select(Visit.id).where(Visit.patient_id == installation.patient_id(key))
        return session.scalars(query.order_by(Visit.id.desc())).first() or 0


def points_of(installation: Installation, key: str) -> int:
    """All that the ledger of somebody adds up to."""
    mine = LedgerEntry.patient_id == installation.patient_id(key)
    with installation.session() as session:
        return session.scalar(select(func.sum(LedgerEntry.points)).where(mine)) or 0


def test_arrived_pressed_six_times_counts_once(installation: Installation, desk: Window) -> None:
    """F8: the referrer gets her first half once."""
    visit_id, before = visit_of(installation, "tuan"), points_of(installation, "mai")
    found = answers(desk, selector=f"#visit-{visit_id} form", times=6)
    assert {status for status, _path, _text in found} == {200}
    assert {path for _status, path, _text in found} == {"/admin/visits"}
    assert points_of(installation, "mai") == before + HALF
    assert (
        counted(installation, AuditEntry.action == "visit.arrived", AuditEntry.object_id == str(visit_id))
        == 1
    )


def test_a_bill_saved_six_times_is_one_visit(installation: Installation, desk: Window) -> None:
    """P4: one completed visit, its points once, and everybody is shown the same outcome."""
    visit_id = visit_of(installation, "daniel")
    with installation.session() as session:
        ids = {service.code: service.id for service in services(session)}
    desk.open(f"/admin/visits/new?visit={visit_id}")
    desk.page.locator("#lines-0-service").select_option(str(ids["blood-panel"]))
    found = answers(desk, selector="#register", times=6)
    assert [status for status, _path, _text in found] == [200] * 6
    assert {path for _status, path, _text in found} == {f"/admin/visits/{visit_id}/registered"}
    assert counted(installation, Visit.patient_id == installation.patient_id("daniel")) == 1
    assert counted(installation, LedgerEntry.visit_id == visit_id, LedgerEntry.kind == "earn") == 1


def test_a_reward_redeemed_six_times_is_taken_once(
    installation: Installation, window: OpenWindow, entered: Entered
) -> None:
    """P11, V7: one gift, its points once, and every press leads to the same gift."""
    mai = Holder(installation, "mai")
    phone, before = window("vi", cookies=entered("mai")), mai.points()
    phone.open(f"/rewards/{mai.id_of_reward('home-kit')}")
    found = answers(phone, selector="details.confirm form", times=6)
    (taken,) = mai.redemptions()
    assert {(status, path) for status, path, _text in found} == {(200, f"/redemptions/{taken.id}")}
    assert mai.points() == before - taken.points


def test_two_receptionists_answer_one_wish_once(
    installation: Installation, desk: Window, window: OpenWindow, entered: Entered
) -> None:
    """One books, the other reads that it has been answered; nothing is booked twice."""
    with installation.session() as session:
        wish = session.scalars(select(AppointmentRequest).where(AppointmentRequest.state == "open")).first()
    assert wish is not None
    manager = window("en", DESK, cookies=entered(MANAGER))
    for one in (desk, manager):
        one.open(f"/admin/patients/{wish.patient_id}/book?request={wish.id}")
    before = counted(installation, Visit.patient_id == wish.patient_id)
    found = answers(desk, manager, selector="main form:has(#day)")
    assert sorted(status for status, _path, _text in found) == [200, 409]
    (refused,) = [text for status, _path, text in found if status == 409]
    assert 'role="alert"' in refused
    for one in (desk, manager):
        one.faults = [fault for fault in one.faults if not fault.startswith("409:")]
    assert counted(installation, Visit.patient_id == wish.patient_id) == before + 1
