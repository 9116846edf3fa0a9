"""What a patient holds, and the history of her points in plain words."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.kernel.localized import LocalizedText
from loyalty.patients.models import Patient
from loyalty.points.operations import (
    activate_earning_rule,
    adjust_points,
    hold,
    redeem,
    save_earning_rule,
)
from loyalty.rewards.operations import cancel_redemption, cancel_voucher, reserve_voucher, use_voucher
from loyalty.visits.operations import book_visit, refund_visit
from tests.portal.browser import Browser
from tests.portal.offers import certificate_for, earn, offer, package_for, take, voucher_for
from tests.portal.scenes import later
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, person


def test_nothing_held_yet(reader: Browser) -> None:
    page = reader.get("/rewards/mine")
    assert "Nothing to use at the moment" in page.text(".empty")
    assert not page.tree.css(".seg .chip")


def test_everything_ready_is_listed_and_counted(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 400)
    take(session, an, offer(session))
    voucher_for(session, an)
    certificate_for(session, an)
    package_for(session, an)
    page = reader.get("/rewards/mine")
    assert page.texts("h2") == [
        "To fetch at reception",
        "Vouchers",
        "Gift certificates",
        "Packages of sessions",
    ]
    rows = page.texts(".li .h-sm")
    assert rows[:3] == ["Home care kit", "10% off", "Gift certificate of ₫500,000"]
    assert "3 of 3 sessions left" in page.text()
    for path in ("/rewards", "/rewards/mine", "/points"):
        assert reader.get(path).text(".seg .chip") == "4"


def test_what_is_over_stands_below(reader: Browser, session: Session, an: Patient) -> None:
    used, back, ended = (
        voucher_for(session, an, valid_to=(NOON + timedelta(days=days)).date()) for days in (9, 9, -1)
    )
    visit_id = complete(session, an)
    use_voucher(
        session, voucher_id=used.id, visit_id=visit_id, patient_id=an.id, discount_minor=1000, now=NOON
    )
    cancel_voucher(session, voucher_id=back.id, actor=LAN, now=NOON)
    commit(session)
    page = reader.get("/rewards/mine")
    assert sorted(page.texts("details .chip")) == ["Ended", "Taken back", "Used"]
    assert reader.get(f"/vouchers/{used.id}").text(".vch .chip") == "Used"
    assert reader.get(f"/vouchers/{ended.id}").text(".vch .chip") == "Ended"


def test_a_voucher_says_what_it_gives(reader: Browser, session: Session, an: Patient) -> None:
    found = voucher_for(
        session,
        an,
        min_bill_minor=500_000,
        max_discount_minor=200_000,
        valid_to=(NOON + timedelta(days=60)).date(),
        name=LocalizedText.of("Welcome back"),
    )
    page = reader.get(f"/vouchers/{found.id}")
    assert page.texts(".vch h2") == ["Welcome back"]
    assert page.text(".vch .chip") == "Ready to use"
    assert page.text(".code").replace("-", "") == found.code
    facts = page.text(".kv")
    for fact in ("Worth 10% off", "Valid until Jan 16, 2027", "For a bill from ₫500,000", "At most ₫200,000"):
        assert fact in facts


def test_a_voucher_put_on_a_coming_visit_says_so(reader: Browser, session: Session, an: Patient) -> None:
    found = voucher_for(session, an)
    visit = book_visit(session, patient_id=an.id, scheduled_at=later(2), actor=LAN, now=NOON)
    reserve_voucher(
        session, voucher_id=found.id, visit_id=visit.id, patient_id=an.id, discount_minor=0, now=NOON
    )
    commit(session)
    assert reader.get(f"/vouchers/{found.id}").text(".vch .chip") == "Set aside for your visit"


def test_the_open_voucher_shows_when_it_was_used(reader: Browser, session: Session, an: Patient) -> None:
    found = voucher_for(session, an)
    asked = reader.get(f"/vouchers/{found.id}").tree.css_first("#ticket")
    assert asked is not None
    assert asked.attributes["hx-get"] == f"/vouchers/{found.id}"
    assert reader.get(f"/vouchers/{found.id}", HX_Request="true").status == 200
    visit_id = complete(session, an)
    use_voucher(session, voucher_id=found.id, visit_id=visit_id, patient_id=an.id, discount_minor=1, now=NOON)
    commit(session)
    answer = reader.get(f"/vouchers/{found.id}", HX_Request="true")
    assert answer.status == 286
    assert answer.text(".chip") == "Used"


def test_anothers_voucher_and_a_promo_code_do_not_exist(
    reader: Browser, session: Session, chi: Patient
) -> None:
    """V5."""
    assert reader.get(f"/vouchers/{voucher_for(session, chi).id}").status == 404


def history(reader: Browser) -> list[tuple[str, str]]:
    """Sentence and amount of each change on the page."""
    page = reader.get("/points")
    found = page.tree.css("ul.divide")[-1]
    rows = [
        ([b.text() for b in row.css("b.h-sm")], [a.text() for a in row.css(".amt")])
        for row in found.css("li")
    ]
    return [(text[0], amount[0]) for text, amount in rows if text]


def test_every_change_is_told_as_a_sentence(reader: Browser, session: Session, an: Patient) -> None:
    visit_id = earn(session, an, 400)
    refund_visit(session, visit_id=visit_id, key="r", amount_minor=1_000_000, actor=LAN, now=NOON)
    taken = take(session, an, offer(session, points=150))
    cancel_redemption(session, redemption_id=taken.id, actor=LAN, now=NOON, reason="none left")
    adjust_points(session, patient_id=an.id, points=20, reason="Sorry: waited", key="m", actor=LAN, now=NOON)
    commit(session)
    assert history(reader) == [
        ("Given by the clinic", "+20"),
        ("Given back for “Home care kit”", "+150"),
        ("Used for “Home care kit”", "−150"),
        ("Taken back after the refund of your visit on Nov 17, 2026", "−100"),
        ("For your visit on Nov 17, 2026", "+400"),
    ]
    assert "waited" not in reader.get("/points").html


def test_points_used_on_a_bill_name_the_visit(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 400, NOON - timedelta(days=1))
    complete(session, an, 1_000_000, paid=900_000, points_used=100)
    assert ("Used for your visit on Nov 17, 2026", "−100") in history(reader)


def test_a_rule_is_called_by_its_own_name(reader: Browser, session: Session, an: Patient) -> None:
    rule = save_earning_rule(
        session,
        code="tuesday",
        name=LocalizedText.of("Friendly Tuesday"),
        trigger="visit",
        conditions={},
        percent=None,
        points=30,
        priority=1,
        stacks=True,
        valid_from=None,
        valid_to=None,
        actor=LAN,
        now=NOON,
    )
    activate_earning_rule(session, rule_id=rule.id, actor=LAN, now=NOON)
    commit(session)
    complete(session, an)
    assert ("Friendly Tuesday", "+30") in history(reader)


def test_a_change_of_a_visit_leads_to_its_statement(reader: Browser, session: Session, an: Patient) -> None:
    visit_id = earn(session, an, 100)
    links = [node.attributes["href"] for node in reader.get("/points").tree.css("a.li")]
    assert f"/visits/{visit_id}/statement" in links


def test_a_friends_thanks_lead_nowhere(reader: Browser, session: Session, an: Patient) -> None:
    """F15."""
    friend = person(session, "Bình Kín")
    introduce(session, an, friend)
    complete(session, friend)
    assert history(reader) == [("A thank-you for helping a friend", "+50")] * 2
    assert not reader.get("/points").tree.css("a.li")


def test_points_set_aside_for_a_visit_can_not_be_used(reader: Browser, session: Session, an: Patient) -> None:
    earn(session, an, 400)
    hold(session, patient_id=an.id, points=100, today=NOON.date(), actor=LAN, now=NOON)
    commit(session)
    page = reader.get("/points")
    assert page.text(".bal .big") == "300 points"
    assert "100 points are set aside for your coming visit." in page.text(".note")


def test_debt_is_explained_among_the_rewards_too(reader: Browser, session: Session, an: Patient) -> None:
    """P10."""
    visit_id = earn(session, an, 100)
    redeem(session, patient_id=an.id, points=80, key="used", today=NOON.date(), actor=LAN, now=NOON)
    commit(session)
    refund_visit(session, visit_id=visit_id, key="r", amount_minor=1_000_000, actor=LAN, now=NOON)
    commit(session)
    offer(session)
    page = reader.get("/rewards")
    assert page.text(".bal .big") == "-80 points"
    assert "80 points are still owed" in page.text(".note.warn")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_wallet_costs_the_same_for_one_thing_and_three(
    log_in: Callable[..., Browser], session: Session, an: Patient, rows: int, statements: Any
) -> None:
    kit = offer(session, points=10)
    for _number in range(rows):
        earn(session, an, 100)
        take(session, an, kit)
        voucher_for(session, an)
        certificate_for(session, an)
        package_for(session, an)
    reader = log_in(an)
    with statements() as seen:
        reader.get("/rewards/mine")
    assert len(seen) == 8, seen
