"""Handing rewards over: the queue, scanning, two clerks, undo, approval, cancelling (V5, V7)."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.access.rules.limits import LIMITS
from loyalty.kernel.clock import now as clock_now
from loyalty.rewards.models import Redemption
from tests.admin.conftest import As
from tests.admin.gifts import chosen, offered, points, redemption, rewards, rich
from tests.admin.scenes import acts, at_once, statements, token_of
from tests.support.visitor import Page, Visitor, seen

QUEUE = "/admin/fulfilment"


def check(visitor: Visitor, code: str, status: int = 200) -> Page:
    return visitor.get(QUEUE).form(f"{QUEUE}/check").submit(status=status, code=code)


def act(visitor: Visitor, redemption_id: int, what: str, status: int = 303, **values: str) -> Page:
    page = visitor.get(f"{QUEUE}?shown={redemption_id}")
    path = f"{QUEUE}/{redemption_id}/{what}"
    return visitor.post(path, {"csrf_token": token_of(page), **values}, status=status)


def waiting(house: Session, **more: object) -> int:
    return chosen(house, rich(house), offered(house, **more))  # type: ignore[arg-type]


def test_the_queue_shows_the_longest_waiting_first(as_staff: As, house: Session) -> None:
    number = offered(house)
    for days, name in ((9, "Lê Thị Hương"), (1, "Phạm Thu Trang")):
        chosen(house, rich(house, name), number, clock_now() - timedelta(days=days))
    rows = as_staff("lan").get(QUEUE).tree.css("tbody tr")
    assert ["Hương" in (row.text() or "") for row in rows] == [True, False]
    assert rows[0].css_first(".bad-i") is not None, "nine days are late"
    assert rows[1].css_first(".bad-i") is None


def test_a_gift_is_handed_over_once(as_staff: As, house: Session) -> None:
    number, lan = waiting(house), as_staff("lan")
    form = lan.get(QUEUE).form(f"{QUEUE}/{number}/hand-over")
    page = form.submit().follow()
    assert page.text(".vres h2") == "Has been handed over"
    form.submit()
    assert redemption(house, number).state == "handed_over"
    assert len(acts(house, "redemption.handed_over")) == 1


def test_v7_two_clerks_hand_over_once(as_staff: As, house: Session) -> None:
    number, clerks = waiting(house), [as_staff("lan"), as_staff("hoa")]
    calls = [
        (clerk, form.action, form.values)
        for clerk in clerks
        for form in [clerk.get(QUEUE).form(f"{QUEUE}/{number}/hand-over")]
    ]
    assert at_once(calls) == [303, 303]
    assert len(acts(house, "redemption.handed_over")) == 1


def test_a_scanned_code_shows_whose_it_is(as_staff: As, house: Session) -> None:
    number, lan = waiting(house), as_staff("lan")
    code = redemption(house, number).code
    typed = f"{code[:4].lower()}-{code[4:8]} {code[8:]}"
    page = check(lan, typed)
    assert page.text(".vres h2") == "Ready to hand over"
    assert "Nguyễn Thị Mai" in page.text(".vres dl")
    assert page.tree.css_first(f".vres form[action='{QUEUE}/{number}/hand-over']") is not None


def test_htmx_gets_the_answer_alone(as_staff: As, house: Session) -> None:
    number, lan = waiting(house), as_staff("lan")
    form = lan.get(QUEUE).form(f"{QUEUE}/check").fill(code=redemption(house, number).code)
    page = lan.post(form.action, form.values, status=200, htmx=True)
    assert page.tree.css_first("table") is None
    assert page.text("#found h2") == "Ready to hand over"


def test_unknown_codes_are_answered_plainly(as_staff: As, house: Session) -> None:
    lan = as_staff("lan")
    assert check(lan, "7K4P-29XD-M3TV", status=422).text(".vres h2") == "Unknown code"
    assert check(lan, "  ", status=422).text(".vres h2") == "Please type a code, or scan one."
    assert check(lan, "<b>'\";--", status=422).text(".vres h2") == "Unknown code"


def test_v5_guessing_is_slowed_down_and_seen(as_staff: As, house: Session) -> None:
    number, lan = waiting(house), as_staff("lan")
    misses = min(limit.count for limit in LIMITS["lookup.miss"])
    for _ in range(misses):
        check(lan, "7K4P-29XD-M3TV", status=422)
    page = check(lan, redemption(house, number).code, status=429)
    assert "Please try again in" in page.text(".vres h2")
    assert len(acts(house, "offer.guessed")) == 1
    check(as_staff("hoa"), redemption(house, number).code)


def test_a_hand_over_is_undone_within_ten_minutes(as_staff: As, house: Session) -> None:
    number, lan = waiting(house), as_staff("lan")
    act(lan, number, "hand-over")
    page = lan.get(f"{QUEUE}?tab=handed_over")
    page.form(f"{QUEUE}/{number}/undo").submit()
    assert redemption(house, number).state == "approved"
    act(lan, number, "hand-over")
    with time_machine.travel(clock_now() + timedelta(minutes=11)):
        page = lan.get(f"{QUEUE}?tab=handed_over&shown={number}")
        assert page.tree.css_first(f"form[action='{QUEUE}/{number}/undo']") is None
        page = act(lan, number, "undo", status=409)
    assert page.texts(".vres.bad h2")
    assert redemption(house, number).state == "handed_over"


def test_what_needs_approval_waits_for_it(as_staff: As, house: Session) -> None:
    number, lan, director = waiting(house, needs_approval=True), as_staff("lan"), as_staff("director")
    assert act(lan, number, "hand-over", status=409).texts(".vres.bad h2")
    act(lan, number, "approve", status=403)
    assert "1 reward to approve" in director.get("/admin/").text("main")
    director.get(f"{QUEUE}?tab=requested").form(f"{QUEUE}/{number}/approve").submit()
    assert redemption(house, number).state == "approved"
    act(lan, number, "hand-over")
    assert redemption(house, number).state == "handed_over"


def test_v7_nobody_approves_a_relatives_reward(as_staff: As, house: Session) -> None:
    number = chosen(house, rich(house, email="director@clinic.example"), offered(house, needs_approval=True))
    page = act(as_staff("director"), number, "approve", status=409)
    assert page.texts(".vres.bad h2")
    assert redemption(house, number).state == "requested"


def test_cancelling_gives_points_and_stock_back(as_staff: As, house: Session) -> None:
    mai, lan = rich(house), as_staff("lan")
    number = chosen(house, mai, offered(house, stock=3))
    assert (points(house, mai), rewards(house)[0].stock) == (150, 2)
    page = act(lan, number, "cancel", status=422, reason="  ")
    assert page.text("#reason-error") == "Please give a reason."
    for _ in range(2):
        act(lan, number, "cancel", reason="She thought better of it")
    assert (points(house, mai), rewards(house)[0].stock) == (200, 3)
    found = redemption(house, number)
    assert (found.state, found.end_reason) == ("cancelled", "She thought better of it")
    assert "Was cancelled" in lan.get(f"{QUEUE}?shown={number}").text(".vres h2")


def test_what_was_handed_over_is_not_cancelled(as_staff: As, house: Session) -> None:
    mai, lan = rich(house), as_staff("lan")
    number = chosen(house, mai, offered(house))
    act(lan, number, "hand-over")
    assert act(lan, number, "cancel", status=409, reason="Too late").texts(".vres.bad h2")
    assert points(house, mai) == 150


def test_what_was_not_fetched_in_time_is_refused(as_staff: As, house: Session) -> None:
    number = chosen(house, rich(house), offered(house, pickup_days=3), clock_now() - timedelta(days=5))
    lan = as_staff("lan")
    page = check(lan, redemption(house, number).code)
    assert page.text(".vres h2") == "Not fetched in time"
    assert page.tree.css_first(f"form[action='{QUEUE}/{number}/hand-over']") is None
    assert act(lan, number, "hand-over", status=409).texts(".vres.bad h2")
    assert "Home care kit" in lan.get(f"{QUEUE}?tab=ended").text("tbody")
    assert "Nothing waits" in lan.get(QUEUE).text("main")


def test_a_voucher_for_points_is_found_by_its_code(as_staff: As, house: Session) -> None:
    mai = rich(house)
    number = offered(house, kind="amount", details={"amount_minor": 200_000, "valid_days": 60})
    taken = redemption(house, chosen(house, mai, number))
    lan = as_staff("lan")
    assert lan.get(QUEUE).tree.css_first("tbody") is None, "nobody hands a voucher over by hand"
    voucher = lan.get("/admin/vouchers").text("tbody td[data-label=Code]")
    page = check(lan, voucher)
    assert page.text(".vres h2") == "Voucher is valid"
    assert page.tree.css_first(f".vres a[href*='patient={mai}']") is not None
    assert taken.voucher_id


def test_the_camera_is_allowed_here_and_nowhere_else(as_staff: As) -> None:
    lan = as_staff("lan")
    page = lan.get(f"{QUEUE}?scan=1")
    assert "camera=(self)" in page.response.headers["Permissions-Policy"]
    assert page.tree.css_first("[data-scan][data-now][hidden]") is not None
    assert "camera=()" in lan.get("/admin/").response.headers["Permissions-Policy"]
    assert lan.get("/admin/").tree.css_first(f".abar a[href='{QUEUE}?scan=1']") is not None


@pytest.mark.parametrize("tab", ["waiting", "handed_over", "ended"])
def test_a_long_queue_is_shown_in_parts(
    as_staff: As, house: Session, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    monkeypatch.setattr("admin.fulfilment.PAGE", 2)
    number, lan = offered(house, points=1), as_staff("lan")
    taken = [chosen(house, rich(house, f"Patient {letter}"), number) for letter in "ABCDE"]
    for one in taken if tab != "waiting" else ():
        if tab == "handed_over":
            act(lan, one, "hand-over")
        else:
            act(lan, one, "cancel", reason="No longer wanted")
    page, found = lan.get(f"{QUEUE}?tab={tab}"), []
    for _ in range(3):
        found += page.texts("tbody .who a[href*=patients]")
        more = page.tree.css_first("a.more")
        if more is not None:
            page = lan.get(more.attributes["href"] or "")
    assert sorted(found) == [f"Patient {letter}" for letter in "ABCDE"]
    lan.get(f"{QUEUE}?tab=lost", status=404)


def test_more_rows_cost_no_more_statements(as_staff: As, house: Session) -> None:
    number, lan = offered(house, points=1), as_staff("lan")
    chosen(house, rich(house), number)
    lan.get(QUEUE)
    with statements(lan.app) as one:
        lan.get(QUEUE)
    for letter in "ABC":
        chosen(house, rich(house, f"Patient {letter}"), number)
    with statements(lan.app) as four:
        lan.get(QUEUE)
    assert len(four) == len(one)


def test_marketing_hands_nothing_over(as_staff: As, house: Session) -> None:
    number, minh = waiting(house), as_staff("minh")
    minh.get(QUEUE, status=403)
    token = token_of(minh.get("/admin/rewards"))
    minh.post(f"{QUEUE}/{number}/hand-over", {"csrf_token": token}, status=403)
    assert [one.state for one in seen(house, select(Redemption))] == ["approved"]
