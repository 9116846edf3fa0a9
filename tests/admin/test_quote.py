"""The bill while it is being typed: its order, its refusals, and nothing written (V1)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.settlement.models import Reservation
from loyalty.visits.models import Visit
from tests.admin.conftest import As
from tests.admin.offering import certificate, left_on, package, uses_of, voucher
from tests.admin.scenes import acts, bill, completed, points_of, service_id, someone
from tests.support.visitor import FormOnPage, Page, Visitor, seen


def quoted(visitor: Visitor, form: FormOnPage, **more: str) -> Page:
    path = form.action.replace("/new?", "/quote?")
    return visitor.post(path, {**form.values, **more}, status=200, htmx=True)


def rows(page: Page) -> list[str]:
    """The bill's lines as they stand, name and amount."""
    names, amounts = page.texts("#quote dl dt"), page.texts("#quote dl dd")
    return [f"{name} {amount}" for name, amount in zip(names, amounts, strict=True)]


def test_v1_the_bill_stands_in_its_fixed_order(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    completed(house, mai, 2_000_000)
    gift, code = certificate(house, 100_000), voucher(house, patient_id=mai)
    form = bill(lan, house, f"patient={mai}").fill(own_vouchers=code, points_used="150", certificates=gift)
    page = quoted(lan, form)
    assert rows(page) == [
        "Total ₫1,000,000",
        "Ten off −₫100,000",
        "150 points −₫150,000",
        "Gift certificate −₫100,000",
        "Due ₫650,000",
    ]
    assert "Earns 75 points when paid in full" in page.text("#quote")
    assert page.texts("#quote .note") == []


def test_nothing_is_written(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    completed(house, mai, 2_000_000)
    gift, code, course = certificate(house), voucher(house, patient_id=mai), package(house, mai)
    form = bill(lan, house, f"patient={mai}").fill(
        vouchers=code, points_used="10", certificates=gift, packages=course
    )
    quoted(lan, form)
    assert len(seen(house, select(Visit))) == 1
    assert seen(house, select(Reservation)) == []
    assert (left_on(house, gift), uses_of(house, code), uses_of(house, course)) == (500_000, 0, 0)
    assert points_of(house, mai) == [("earn", 200)]


def test_v6_a_session_covers_its_line(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    form = bill(lan, house, f"patient={mai}").fill(packages=package(house, mai))
    form.fill(**{"lines-1-service": str(service_id(house, "examination")), "lines-1-amount": "300000"})
    assert rows(quoted(lan, form)) == [
        "Total ₫1,300,000",
        "1 package session −₫1,000,000",
        "Due ₫300,000",
    ]


def test_as_many_points_as_possible(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    completed(house, mai, 9_000_000)
    form = bill(lan, house, f"patient={mai}").fill(all_points="y")
    assert "500 points −₫500,000" in rows(quoted(lan, form))


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"points_used": "600"}, "points_used", "At most 500 points"),
        ({"points_used": "201"}, "points_used", "There are not enough points"),
        ({"vouchers": "NOBODYSCODE1"}, "vouchers", "do not know this voucher"),
        ({"certificates": "NOBODYSCODE1"}, "certificates", "do not know this certificate"),
        ({"certificates": "AAAA BBBB", "certificate_amount": "5"}, "certificate_amount", "exactly one"),
        ({"paid": "free"}, "paid", "cannot read the amount"),
    ],
)
def test_each_refusal_stands_beside_its_field(
    as_staff: As, house: Session, values: dict[str, str], field: str, words: str
) -> None:
    mai, lan = someone(house), as_staff("lan")
    completed(house, mai, 2_000_000)
    page = quoted(lan, bill(lan, house, f"patient={mai}").fill(**values))
    said = page.tree.css_first(f"#{field}-said")
    assert said is not None
    assert said.attributes["hx-swap-oob"] == "true"
    assert words in said.text()


def test_several_refusals_are_told_at_once_and_the_rest_is_worked_out(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    mine, others = voucher(house, patient_id=mai), voucher(house, patient_id=someone(house, "Chi"))
    form = bill(lan, house, f"patient={mai}").fill(own_vouchers=mine, vouchers=others, points_used="9")
    page = quoted(lan, form)
    assert "Due ₫900,000" in rows(page)
    assert len(page.texts("#quote .note.bad")) == 2
    assert page.texts("#vouchers-said .errmsg")
    assert page.texts("#points_used-said .errmsg")


def test_v5_another_patients_voucher_is_answered_like_an_unknown_one(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    others = voucher(house, patient_id=someone(house, "Chi"))
    form = bill(lan, house, f"patient={mai}")
    answers = [quoted(lan, form, vouchers=code).text("#vouchers-said") for code in (others, "NOBODYSCODE1")]
    assert answers[0] == answers[1] != ""


def test_without_script_the_button_works_it_out_and_keeps_what_was_typed(
    as_staff: As, house: Session
) -> None:
    mai, lan = someone(house), as_staff("lan")
    form = bill(lan, house, f"patient={mai}", vouchers="NOBODYSCODE1", follow_up_on="2090-01-02")
    page = lan.post(form.action.replace("/new?", "/quote?"), form.values, status=200)
    assert page.text("h1") == "Register a visit of Nguyễn Thị Mai"
    kept = page.form(form.action).values
    assert (kept["vouchers"], kept["follow_up_on"]) == ("NOBODYSCODE1", "2090-01-02")
    assert kept["lines-0-amount"] == "1000000"
    assert page.texts("#vouchers-error")


def test_the_quote_follows_the_typing(as_staff: As, house: Session) -> None:
    page = as_staff("lan").get(f"/admin/visits/new?patient={someone(house)}")
    node = page.tree.css_first("#quote")
    assert node is not None
    assert node.attributes["hx-trigger"] == "input from:#register delay:400ms"
    assert page.tree.css_first("#quote button[formaction*='/admin/visits/quote']") is not None


def test_a_quote_without_its_token_is_refused(as_staff: As, house: Session) -> None:
    as_staff("lan").post(f"/admin/visits/quote?patient={someone(house)}", {}, status=400)


def test_v5_guessing_codes_is_slowed_down_and_stands_in_the_log(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    right, form = voucher(house), bill(lan, house, f"patient={mai}")
    for number in range(30):
        quoted(lan, form, vouchers=f"GUESS{number:07d}")
    page = quoted(lan, form, vouchers=right)
    assert "too often" in page.text("#vouchers-said")
    assert "Due ₫1,000,000" in rows(page)
    assert form.submit(status=409, vouchers=right).texts("#vouchers-error")
    assert len(acts(house, "offer.guessed")) == 1


def test_a_code_half_typed_is_no_guess(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    right, form = voucher(house), bill(lan, house, f"patient={mai}")
    for length in (*range(1, 12), *range(1, 12), *range(1, 12)):
        quoted(lan, form, vouchers=right[:length])
    assert "Due ₫900,000" in rows(quoted(lan, form, vouchers=right))
