"""A visit registered with everything a patient can bring: taken once, refused in words, set aside before."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import now as clock_now
from loyalty.settlement.operations import reserve_offers
from loyalty.settlement.rules import CertificateUse
from loyalty.visits.models import Visit
from tests.admin.conftest import As
from tests.admin.offering import certificate, left_on, package, uses_of, voucher
from tests.admin.scenes import at_once, bill, booked, completed, own_form, points_of, service_id, someone
from tests.support.acting import commit
from tests.support.visitor import seen


def last_visit(house: Session) -> Visit:
    found: Visit = seen(house, select(Visit).order_by(Visit.id.desc()))[0]
    return found


def test_v1_everything_is_taken_in_its_order(as_staff: As, house: Session) -> None:
    mai = someone(house)
    completed(house, mai, 2_000_000)
    gift, code, course = certificate(house, 100_000), voucher(house, patient_id=mai), package(house, mai)
    form = bill(as_staff("lan"), house, f"patient={mai}", "800000")
    form.fill(**{"lines-1-service": str(service_id(house, "examination")), "lines-1-amount": "1000000"})
    form.fill(own_vouchers=code, points_used="100", certificates=gift, packages=course)
    page = form.submit().follow()
    visit = last_visit(house)
    assert (visit.gross_minor, visit.package_minor, visit.discount_minor) == (1_800_000, 800_000, 100_000)
    assert (visit.points_value_minor, visit.certificate_minor, visit.due_minor) == (100_000, 100_000, 700_000)
    assert visit.paid_minor == 700_000
    assert (left_on(house, gift), uses_of(house, code), uses_of(house, course)) == (0, 1, 1)
    assert points_of(house, mai)[1:] == [("redeem", -100), ("earn", 80)]
    for words in ("Ten off", "Paid with 100 points", "Gift certificate", "Session of the package"):
        assert words in page.text("main")


def test_a_part_of_a_certificate(as_staff: As, house: Session) -> None:
    gift = certificate(house)
    form = bill(as_staff("lan"), house, f"patient={someone(house)}")
    form.fill(certificates=f"{gift[:4]}-{gift[4:8].lower()}-{gift[8:]}", certificate_amount="200000").submit()
    assert (left_on(house, gift), last_visit(house).due_minor) == (300_000, 800_000)


def test_a_double_click_takes_everything_once(as_staff: As, house: Session) -> None:
    mai = someone(house)
    gift, code = certificate(house), voucher(house, patient_id=mai)
    form = bill(as_staff("lan"), house, f"patient={mai}").fill(vouchers=code, certificates=gift)
    assert at_once([(form.visitor, form.action, form.values)] * 2) == [303, 303]
    assert (left_on(house, gift), uses_of(house, code)) == (0, 1)


def test_two_desks_use_one_voucher_once(as_staff: As, house: Session) -> None:
    promo = voucher(house, code="SPRING", total_limit=1)
    forms = [
        bill(as_staff(desk), house, f"patient={someone(house, name)}").fill(vouchers=promo)
        for desk, name in (("lan", "Mai"), ("hoa", "Chi"))
    ]
    assert sorted(at_once([(form.visitor, form.action, form.values) for form in forms])) == [303, 409]
    assert (uses_of(house, promo), len(seen(house, select(Visit)))) == (1, 1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"vouchers": "NOBODYSCODE1"}, "vouchers"),
        ({"certificates": "NOBODYSCODE1"}, "certificates"),
        ({"points_used": "1"}, "points_used"),
        ({"paid": "1000001"}, "paid"),
    ],
)
def test_a_refusal_keeps_what_was_typed_and_changes_nothing(
    as_staff: As, house: Session, values: dict[str, str], field: str
) -> None:
    form = bill(as_staff("lan"), house, f"patient={someone(house)}", **values)
    page = form.submit(status=409)
    assert page.texts(f"#{field}-said .errmsg")
    assert page.form(form.action).values[field] == values[field]
    assert seen(house, select(Visit)) == []


def test_v2_two_percentages_are_refused(as_staff: As, house: Session) -> None:
    codes = [voucher(house, code=name, combines=True) for name in ("SPRING", "SUMMER")]
    form = bill(as_staff("lan"), house, f"patient={someone(house)}", vouchers=" ".join(codes))
    page = form.submit(status=409)
    assert page.text("#vouchers-error") == "Only one percentage voucher can be used for a visit."
    assert [uses_of(house, code) for code in codes] == [0, 0]


def test_another_patients_package_cannot_be_ticked(as_staff: As, house: Session) -> None:
    course = package(house, someone(house, "Chi"))
    form = bill(as_staff("lan"), house, f"patient={someone(house)}")
    form.fill(packages=course).submit(status=422)
    assert uses_of(house, course) == 0


def test_what_a_booked_visit_has_set_aside_is_there_already(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    completed(house, mai, 2_000_000)
    visit_id = booked(house, mai)
    gift, mine, promo = certificate(house), voucher(house, patient_id=mai, combines=True), package(house, mai)
    reserve_offers(
        house,
        visit_id=visit_id,
        points=50,
        vouchers=[mine],
        certificates=[CertificateUse(gift, 200_000)],
        packages=[promo],
        actor=SYSTEM,
        now=clock_now(),
    )
    commit(house)
    page = lan.get(f"/admin/visits/{visit_id}")
    assert "Set aside for this visit" in page.text("main")
    form = own_form(lan.get(f"/admin/visits/new?visit={visit_id}"))
    kept = form.values
    assert (kept["points_used"], kept["own_vouchers"], kept["certificates"]) == ("50", mine, gift)
    assert (kept["certificate_amount"], kept["packages"]) == ("200000", promo)
    form.fill(**{"lines-0-service": str(service_id(house)), "lines-0-amount": "1000000"})
    form.fill(**{"lines-1-service": str(service_id(house, "examination")), "lines-1-amount": "1000000"})
    form.submit()
    assert (left_on(house, gift), uses_of(house, mine), uses_of(house, promo)) == (300_000, 1, 1)
    assert last_visit(house).points_used == 50


def test_the_patients_own_offers_are_on_the_page(as_staff: As, house: Session) -> None:
    mai = someone(house)
    voucher(house, patient_id=mai, name="Birthday gift")
    package(house, mai)
    certificate(house, 250_000, patient_id=mai)
    page = as_staff("lan").get(f"/admin/visits/new?patient={mai}")
    text = page.text("#register")
    for words in ("Birthday gift", "cleaning: 3 of 3 sessions left", "₫250,000"):
        assert words in text
