"""Taking a reward: once, with what it costs told before; taking it back within a day."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from loyalty.kernel import clock
from loyalty.patients.models import Patient
from loyalty.points.queries import available
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import approve_redemption, hand_over
from tests.portal.browser import Browser
from tests.portal.offers import earn, offer, take
from tests.portal.scenes import all_of, fresh
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, service


def left(session: Session, patient: Patient) -> int:
    found = available(session, patient.id, NOON.date())
    session.commit()
    return found


def press(reader: Browser, reward: Reward) -> str:
    """Redeem a reward on its page; where that leads."""
    return reader.submit(f"/rewards/{reward.id}", f"/rewards/{reward.id}/redeem").location


def test_a_gift_is_taken_and_waits_at_reception(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 400)
    kit = offer(session, points=150, stock=4)
    page = reader.get(press(reader, kit))
    (taken,) = all_of(session, Redemption)
    assert page.texts(".vch h2") == ["Home care kit"]
    assert page.text(".vch .chip") == "Ready to fetch"
    assert page.text(".code").replace("-", "") == taken.code
    assert "Fetch it by Dec 17, 2026" in page.text(".kv")
    assert left(session, an) == 250
    assert fresh(session, kit).stock == 3


@pytest.mark.parametrize(
    ("kind", "details", "leads_to"),
    [
        ("percent", {"percent_hundredths": 1000, "valid_days": 30}, "/vouchers/"),
        ("amount", {"amount_minor": 200_000, "valid_days": 30}, "/vouchers/"),
        ("service", {"valid_days": 30}, "/vouchers/"),
        ("certificate", {"amount_minor": 500_000, "valid_days": 365}, "/certificates/"),
        ("package", {"sessions": 3, "valid_days": 90}, "/redemptions/"),
    ],
)
def test_what_needs_no_fetching_is_there_at_once(
    reader: Browser, session: Session, an: Patient, kind: str, details: dict[str, int], leads_to: str
) -> None:
    earn(session, an, 400)
    if kind in ("service", "package"):
        details = {**details, "service_id": service(session).id}
    reward = offer(session, kind=kind, details=details)
    where = press(reader, reward)
    assert where.startswith(leads_to)
    page = reader.get(where)
    assert page.texts(".flashes .note") == ["It is yours. Thank you for being with us."]
    assert reader.get("/rewards/mine").text(".seg .chip") == "1"


def test_the_same_form_twice_takes_one(reader: Browser, session: Session, an: Patient) -> None:
    """V7: a double press, or the back button and once more."""
    earn(session, an, 400)
    kit = offer(session, points=150)
    form = reader.get(f"/rewards/{kit.id}").fields(f"/rewards/{kit.id}/redeem")
    answers = [reader.post(f"/rewards/{kit.id}/redeem", form) for _ in range(2)]
    assert [answer.status for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert len(all_of(session, Redemption)) == 1
    assert left(session, an) == 250


def test_who_was_too_late_keeps_the_points(
    log_in: Callable[..., Browser], session: Session, an: Patient, chi: Patient
) -> None:
    """V7: both have the page open, one was left."""
    kit = offer(session, points=150, stock=1)
    browsers = []
    for patient in (an, chi):
        earn(session, patient, 400)
        browsers.append(log_in(patient))
    forms = [browser.get(f"/rewards/{kit.id}").fields(f"/rewards/{kit.id}/redeem") for browser in browsers]
    first, late = (
        browser.post(f"/rewards/{kit.id}/redeem", form) for browser, form in zip(browsers, forms, strict=True)
    )
    assert first.status == 303
    assert late.status == 409
    assert "Your points are untouched." in late.text()
    assert late.text("[role=alert]")
    assert left(session, chi) == 400
    assert fresh(session, kit).stock == 0


def test_points_that_are_gone_meanwhile_are_not_taken_twice(
    reader: Browser, session: Session, an: Patient
) -> None:
    earn(session, an, 200)
    kit = offer(session, points=150)
    form = reader.get(f"/rewards/{kit.id}").fields(f"/rewards/{kit.id}/redeem")
    take(session, an, kit)
    late = reader.post(f"/rewards/{kit.id}/redeem", form)
    assert late.status == 409
    assert "There are not enough points: 50 can be used." in late.text("[role=alert]")
    assert left(session, an) == 50


def test_a_reward_for_others_is_refused(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 400)
    theirs = offer(session, tier="black")
    late = reader.post(f"/rewards/{theirs.id}/redeem", {"csrf_token": reader.token()})
    assert late.status == 409
    assert left(session, an) == 400


def test_a_reward_withdrawn_meanwhile_is_refused_kindly(
    reader: Browser, session: Session, an: Patient
) -> None:
    earn(session, an, 400)
    kit = offer(session)
    form = reader.get(f"/rewards/{kit.id}").fields(f"/rewards/{kit.id}/redeem")
    kit.active = False
    commit(session)
    late = reader.post(f"/rewards/{kit.id}/redeem", form)
    assert late.status == 409
    assert late.text("[role=alert]")
    assert left(session, an) == 400
    assert reader.post("/rewards/999999/redeem", form).status == 404


def test_the_open_page_shows_when_it_has_been_handed_over(
    reader: Browser, session: Session, an: Patient
) -> None:
    """Asked for every five seconds; the last answer ends the asking."""
    earn(session, an, 400)
    taken = take(session, an, offer(session))
    page = reader.get(f"/redemptions/{taken.id}")
    asked = page.tree.css_first("#ticket")
    assert asked is not None
    assert asked.attributes["hx-trigger"] == "every 5s"
    waiting = reader.get(asked.attributes["hx-get"] or "", HX_Request="true")
    assert waiting.status == 200
    hand_over(session, redemption_id=taken.id, actor=LAN, now=NOON + timedelta(minutes=30))
    commit(session)
    done = reader.get(f"/redemptions/{taken.id}", HX_Request="true")
    assert done.status == 286
    assert "Handed over" in done.text(".chip")
    assert "<html" not in done.html
    assert not reader.get(f"/redemptions/{taken.id}").tree.css("[hx-trigger]")


def test_what_must_be_confirmed_first_says_so(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 400)
    taken = take(session, an, offer(session, needs_approval=True))
    assert reader.get(f"/redemptions/{taken.id}").text(".vch .chip") == "Being confirmed"
    approve_redemption(session, redemption_id=taken.id, actor=LAN, now=NOON)
    commit(session)
    assert reader.get(f"/redemptions/{taken.id}").text(".vch .chip") == "Ready to fetch"


def test_a_day_long_it_can_be_taken_back(reader: Browser, session: Session, an: Patient) -> None:
    """P11: the points return; the piece goes back on the shelf."""
    earn(session, an, 400)
    kit = offer(session, points=150, stock=4)
    taken = take(session, an, kit)
    page = f"/redemptions/{taken.id}"
    assert "150 points return to you" in reader.get(page).text(".confirm")
    answer = reader.submit(page, f"{page}/cancel")
    assert answer.location == "/rewards/mine"
    assert "Taken back" in reader.get("/rewards/mine").text("details")
    assert left(session, an) == 400
    assert fresh(session, kit).stock == 4


def test_a_voucher_is_taken_back_from_its_own_page(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 400)
    reward = offer(session, kind="amount", details={"amount_minor": 200_000, "valid_days": 30})
    taken = take(session, an, reward)
    reader.submit(f"/vouchers/{taken.voucher_id}", f"/redemptions/{taken.id}/cancel")
    page = reader.get(f"/vouchers/{taken.voucher_id}")
    assert page.text(".vch .chip") == "Taken back"
    assert left(session, an) == 400


def test_after_a_day_it_stays(
    log_in: Callable[..., Browser], reader: Browser, session: Session, an: Patient
) -> None:
    earn(session, an, 400)
    taken = take(session, an, offer(session, points=150))
    page = f"/redemptions/{taken.id}"
    form = reader.get(page).fields(f"{page}/cancel")
    with time_machine.travel(NOON + timedelta(hours=24, minutes=1), tick=False):
        later = log_in(an, now=clock.now())
        assert not later.get(page).tree.css("form")
        late = later.post(f"{page}/cancel", {**form, "csrf_token": later.token()})
        assert late.status == 409
        assert late.text("[role=alert]")
    assert left(session, an) == 250


def test_what_was_handed_over_is_not_taken_back(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 400)
    taken = take(session, an, offer(session, points=150))
    page = f"/redemptions/{taken.id}"
    form = reader.get(page).fields(f"{page}/cancel")
    hand_over(session, redemption_id=taken.id, actor=LAN, now=NOON)
    commit(session)
    assert reader.post(f"{page}/cancel", form).status == 409
    assert left(session, an) == 250


def test_anothers_redemption_does_not_exist(reader: Browser, session: Session, chi: Patient) -> None:
    earn(session, chi, 400)
    taken = take(session, chi, offer(session))
    assert reader.get(f"/redemptions/{taken.id}").status == 404
    assert reader.post(f"/redemptions/{taken.id}/cancel", {"csrf_token": reader.token()}).status == 404
    assert left(session, chi) == 250


def test_past_its_last_day_it_is_over_whether_or_not_a_job_ran(
    log_in: Callable[..., Browser], session: Session, an: Patient
) -> None:
    """TM4."""
    earn(session, an, 400)
    taken = take(session, an, offer(session))
    with time_machine.travel(NOON + timedelta(days=31), tick=False):
        page = log_in(an, now=clock.now()).get(f"/redemptions/{taken.id}")
    assert page.text(".vch .chip") == "Ended"
    assert not page.tree.css("[hx-trigger]")
