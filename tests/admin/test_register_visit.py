"""Registering a visit: the bill, its live quote, and everything that follows in one transaction."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Service
from loyalty.referrals.models import Referral
from loyalty.visits.models import Visit
from tests.admin.conftest import As
from tests.admin.scenes import (
    arrived,
    at_once,
    bill,
    booked,
    completed,
    invited,
    own_form,
    points_of,
    service_id,
    someone,
    statements,
)
from tests.support.acting import commit
from tests.support.visitor import FormOnPage, Visitor, seen


def visits(house: Session) -> list[tuple[str, int, int, int]]:
    found = seen(house, select(Visit).order_by(Visit.id))
    return [(one.status, one.gross_minor, one.points_used, one.paid_minor) for one in found]


def test_the_patient_is_chosen_first(as_staff: As, house: Session) -> None:
    mai = someone(house)
    lan = as_staff("lan")
    assert lan.get("/admin/visits/new").text("h1") == "Register a visit"
    page = lan.get("/admin/visits/new?q=nguyen")
    assert page.texts("#choices .who b") == ["Nguyễn Thị Mai"]
    assert page.tree.css_first(f"a[href='/admin/visits/new?patient={mai}']") is not None


def test_p4_saving_completes_and_pays_in_full(as_staff: As, house: Session) -> None:
    mai = someone(house)
    page = bill(as_staff("lan"), house, f"patient={mai}").submit()
    assert visits(house) == [("completed", 1_000_000, 0, 1_000_000)]
    assert points_of(house, mai) == [("earn", 100)]
    page = page.follow()
    assert page.text("h1") == "Visit saved"
    assert page.texts("main li .amt") == ["+100"]
    assert page.texts("main li .tier") == ["Member"]


def test_the_same_form_twice_is_one_visit(as_staff: As, house: Session) -> None:
    mai = someone(house)
    form = bill(as_staff("lan"), house, f"patient={mai}")
    assert form.submit().location == form.submit().location
    assert points_of(house, mai) == [("earn", 100)]


def test_a_form_sent_again_leads_to_its_visit_though_it_would_be_refused_now(
    as_staff: As, house: Session
) -> None:
    """The answer was lost, the points are spent: the same bill again is the same visit."""
    mai = someone(house)
    completed(house, mai, 2_000_000)
    form = bill(as_staff("lan"), house, f"patient={mai}", "300000", points_used="150")
    first = form.submit().location
    assert form.submit().location == first
    assert len(visits(house)) == 2


def test_a_form_sent_again_for_a_booked_visit_leads_to_it(as_staff: As, house: Session) -> None:
    visit_id = arrived(house, someone(house))
    form = bill(as_staff("lan"), house, f"visit={visit_id}")
    assert [form.submit().location for _ in range(2)] == [f"/admin/visits/{visit_id}/registered"] * 2


def test_another_patients_form_key_leads_nowhere(as_staff: As, house: Session) -> None:
    lan = as_staff("lan")
    form = bill(lan, house, f"patient={someone(house)}")
    form.submit()
    other = bill(lan, house, f"patient={someone(house, 'Chi')}")
    assert other.submit().location != form.submit().location


def test_no_hint_promises_a_message_that_nothing_sends(as_staff: As, house: Session) -> None:
    visit_id, lan = booked(house, someone(house)), as_staff("lan")
    assert lan.get(f"/admin/visits/new?visit={visit_id}").texts("#follow_up_on-hint") == []
    page = lan.get(f"/admin/visits/{visit_id}")
    assert "No message goes out: please tell the patient." in page.text("main")


def test_two_receptionists_register_one_booked_visit(as_staff: As, house: Session) -> None:
    mai = someone(house)
    visit_id = arrived(house, mai)
    forms = [bill(as_staff(name), house, f"visit={visit_id}") for name in ("lan", "hoa")]
    assert sorted(at_once([(form.visitor, form.action, form.values) for form in forms])) == [303, 409]
    assert visits(house) == [("completed", 1_000_000, 0, 1_000_000)]
    assert points_of(house, mai) == [("earn", 100)]


def test_the_whole_way_of_a_friend(as_staff: As, house: Session) -> None:
    """F8, F13: both halves, the newcomer pack, and the tiers of both, in one transaction."""
    mai = someone(house)
    friend, referral_id = invited(house, mai)
    visit_id = booked(house, friend)
    examination = str(service_id(house, "examination"))
    lan = as_staff("lan")
    form = own_form(lan.get(f"/admin/visits/new?visit={visit_id}"))
    page = form.submit(**{"lines-0-service": examination, "lines-0-amount": "300000"}).follow()
    assert visits(house) == [("completed", 300_000, 0, 240_000)]
    assert points_of(house, mai) == [("referral", 50), ("referral", 50)]
    assert points_of(house, friend) == [("earn", 24)]
    found = seen(house, select(Referral).where(Referral.id == referral_id))[0]
    assert (found.stage, found.qualifying_visit_id, found.pack_visit_id) == ("qualified", visit_id, visit_id)
    assert "Thanks to Nguyễn Thị Mai" in page.text("main")
    assert lan.get("/admin/referrals").texts(".col")[3].count("Paid in full") == 1


def test_p8_points_pay_a_part(as_staff: As, house: Session) -> None:
    mai = someone(house)
    completed(house, mai, 2_000_000)
    bill(as_staff("lan"), house, f"patient={mai}", "300000", points_used="150").submit()
    assert visits(house)[1] == ("completed", 300_000, 150, 150_000)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"points_used": "1"}, "points_used"),
        ({"points_used": "900"}, "points_used"),
        ({"paid": "1000001"}, "paid"),
    ],
)
def test_what_the_programme_refuses_changes_nothing(
    as_staff: As, house: Session, values: dict[str, str], where: str
) -> None:
    mai = someone(house)
    page = bill(as_staff("lan"), house, f"patient={mai}", **values).submit(status=409)
    assert page.texts(f"#{where}-error")
    assert visits(house) == []


@pytest.mark.parametrize(
    "values",
    [
        {"lines-0-amount": "a lot"},
        {"lines-0-amount": "-5"},
        {"lines-0-service": "77"},
        {"lines-0-service": "0"},
        {"lines-0-quantity": "many"},
        {"points_used": "-1"},
        {"paid": "free"},
        {"follow_up_on": "soon"},
        {"doctor": "5"},
    ],
)
def test_nonsense_changes_nothing(as_staff: As, house: Session, values: dict[str, str]) -> None:
    mai = someone(house)
    form = bill(as_staff("lan"), house, f"patient={mai}")
    page = form.submit(status=409 if "-5" in values.values() else 422, **values)
    assert page.texts("[role=alert]")
    assert visits(house) == []


def test_an_empty_bill_is_refused(as_staff: As, house: Session) -> None:
    own_form(as_staff("lan").get(f"/admin/visits/new?patient={someone(house)}")).submit(status=409)
    assert visits(house) == []


def test_a_line_is_added_without_script_and_nothing_is_saved(as_staff: As, house: Session) -> None:
    form = bill(as_staff("lan"), house, f"patient={someone(house)}")
    page = form.submit(status=200, add="1")
    assert len(page.tree.css("fieldset.bline")) == 4
    kept = page.tree.css_first("#lines-0-amount")
    assert kept is not None
    assert kept.attributes["value"] == "1000000"
    assert visits(house) == []


def test_an_empty_amount_takes_the_price(as_staff: As, house: Session) -> None:
    house.query(Service).filter_by(code="cleaning").one().price_minor = 850_000
    commit(house)
    form = bill(as_staff("lan"), house, f"patient={someone(house)}", "").fill(**{"lines-0-quantity": "2"})
    form.submit()
    assert visits(house) == [("completed", 1_700_000, 0, 1_700_000)]


def test_a_part_paid_visit_says_what_is_open(as_staff: As, house: Session) -> None:
    mai = someone(house)
    page = bill(as_staff("lan"), house, f"patient={mai}", paid="400000").submit().follow()
    assert points_of(house, mai) == []
    assert "still open" in page.text("main")


def quote(visitor: Visitor, form: FormOnPage) -> list[str]:
    path = form.action.replace("/new?", "/quote?")
    return visitor.post(path, form.values, status=200, htmx=True).texts("#quote p, #quote dl, #quote .note")


def test_the_live_quote_writes_nothing(as_staff: As, house: Session) -> None:
    mai = someone(house)
    lan = as_staff("lan")
    lines = quote(lan, bill(lan, house, f"patient={mai}"))
    assert "Earns 100 points when paid in full" in lines
    assert "This visit reaches Member." in lines
    assert "After this visit: 2 more visits or 1 more friend to Silver" in lines
    assert visits(house) == []


def test_the_quote_shows_the_newcomer_pack(as_staff: As, house: Session) -> None:
    friend, _referral = invited(house, someone(house))
    lan = as_staff("lan")
    form = bill(lan, house, f"patient={friend}", "300000")
    form.fill(**{"lines-0-service": str(service_id(house, "examination"))})
    assert "Newcomer pack−₫60,000" in " ".join(quote(lan, form))


def test_the_quote_says_why_not(as_staff: As, house: Session) -> None:
    lan = as_staff("lan")
    form = bill(lan, house, f"patient={someone(house)}", points_used="900")
    assert any("At most" in line for line in quote(lan, form))


def test_the_quote_is_a_page_without_script(as_staff: As, house: Session) -> None:
    lan = as_staff("lan")
    form = bill(lan, house, f"patient={someone(house)}")
    page = lan.post(form.action.replace("/new?", "/quote?"), form.values, status=200)
    assert page.text("h1") == "Register a visit of Nguyễn Thị Mai"
    assert "Earns 100 points" in page.text("#quote")


def test_another_patients_visit_is_not_registered(as_staff: As, house: Session) -> None:
    visit_id = booked(house, someone(house))
    as_staff("lan").get(f"/admin/visits/new?visit={visit_id}&patient={someone(house, 'Chi')}", status=404)


def test_the_day_costs_the_same_for_three(app: Flask, as_staff: As, house: Session) -> None:
    lan, counts = as_staff("lan"), []
    for number in range(3):
        friend, _referral = invited(house, someone(house, f"Mai {number}"), f"Friend {number}")
        booked(house, friend)
        with statements(app) as sent:
            lan.get("/admin/visits")
        counts.append(len(sent))
    assert counts[0] == counts[2]


def test_a_day_can_be_chosen(as_staff: As, house: Session) -> None:
    booked(house, someone(house))
    lan = as_staff("lan")
    assert len(lan.get("/admin/visits").tree.css("tbody tr")) == 1
    assert lan.get("/admin/visits?day=2020-01-01").texts(".empty h2") == ["No visits on this day"]
    assert len(lan.get("/admin/visits?day=nonsense").tree.css("tbody tr")) == 1
