"""Gift certificates at the desk: sold, printed, given on, refunded (V4)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import add_months
from loyalty.kernel.clock import now as clock_now
from loyalty.rewards.models import Certificate, CertificateEntry
from loyalty.rewards.operations import sell_certificate, use_certificate
from tests.admin.conftest import As
from tests.admin.scenes import booked, own_form, someone, statements
from tests.support.acting import commit
from tests.support.visitor import seen

SOLD = {"amount": "1.000.000", "recipient": "Mẹ", "greeting": "Chúc mẹ luôn khỏe"}


def certificates(house: Session) -> list[Certificate]:
    return seen(house, select(Certificate).order_by(Certificate.id))


def sold(house: Session, amount: int = 500_000, **more: object) -> int:
    found = sell_certificate(house, amount_minor=amount, actor=SYSTEM, now=clock_now(), **more)  # type: ignore[arg-type]
    commit(house)
    number = found.id
    house.rollback()
    return number


def pay(house: Session, number: int, amount: int) -> None:
    visit_id = booked(house, someone(house, "Lý Quang Huy"))
    use_certificate(
        house, certificate_id=number, amount_minor=amount, key="first", visit_id=visit_id, actor=SYSTEM,
        now=clock_now(),
    )  # fmt: skip
    commit(house)
    house.rollback()


def test_a_certificate_is_sold_once(as_staff: As, house: Session) -> None:
    lan = as_staff("lan")
    form = own_form(lan.get("/admin/certificates/new")).fill(**SOLD)
    page = form.submit().follow()
    form.submit()
    [found] = certificates(house)
    assert (found.amount_minor, found.balance_minor, found.recipient) == (1_000_000, 1_000_000, "Mẹ")
    assert found.valid_to is not None
    assert abs((found.valid_to - add_months(clock_now().date(), 12)).days) <= 1
    assert "₫1,000,000" in page.text("main")


def test_the_buyer_may_be_a_patient(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    link = lan.get("/admin/certificates/new?q=nguyen").tree.css_first("main a.li")
    assert link is not None
    form = own_form(lan.get(link.attributes["href"] or ""))
    assert form.values["giver"] == "Nguyễn Thị Mai"
    form.submit(**SOLD)
    assert certificates(house)[0].buyer_id == mai


@pytest.mark.parametrize("amount", ["", "0", "-1", "1000.5", "9" * 25, "2000000000000", "much"])
def test_no_certificate_of_a_silly_amount(as_staff: As, house: Session, amount: str) -> None:
    form = own_form(as_staff("lan").get("/admin/certificates/new"))
    assert form.submit(status=422, amount=amount).texts("#amount-error .errmsg")
    assert certificates(house) == []


def test_a_last_day_that_is_over_is_refused(as_staff: As, house: Session) -> None:
    form = own_form(as_staff("lan").get("/admin/certificates/new")).fill(**SOLD)
    assert form.submit(status=422, valid_to="2020-01-01").texts("#valid_to-error .errmsg")
    assert certificates(house) == []


def test_the_card_speaks_the_holders_language(as_staff: As, house: Session) -> None:
    anna = someone(house, "Анна Волкова", language="ru")
    number, lan = sold(house, buyer_id=anna, recipient="Мама"), as_staff("lan")
    page = lan.get(f"/admin/certificates/{number}/card")
    assert page.text("main a[aria-current][lang]") == "Русский"
    image = page.tree.css_first("img.giftcard")
    assert image is not None
    drawn = lan.get(image.attributes["src"] or "").response
    assert drawn.mimetype == "image/svg+xml"
    assert "Мама" in drawn.text
    assert certificates(house)[0].code[:4] in drawn.text
    assert (
        lan.get(f"/admin/certificates/{number}/card?words=zh").text("main a[aria-current][lang]")
        == "简体中文"
    )


def test_a_card_is_written_for_another_person(as_staff: As, house: Session) -> None:
    number, lan = sold(house, patient_id=someone(house)), as_staff("lan")
    form = lan.get(f"/admin/certificates/{number}").form(f"/admin/certificates/{number}/give")
    assert form.submit(status=422, recipient="").texts("#recipient-error")
    form.submit(recipient="Bà ngoại", greeting="Thương bà")
    found = certificates(house)[0]
    assert (found.recipient, found.patient_id) == ("Bà ngoại", None)


def test_v4_only_the_unused_part_is_paid_back(as_staff: As, house: Session) -> None:
    number, director = sold(house), as_staff("director")
    pay(house, number, 200_000)
    form = director.get(f"/admin/certificates/{number}").form(f"/admin/certificates/{number}/refund")
    page = form.submit(reason="She moves away").follow()
    assert "₫300,000" in page.text(".flashes")
    page = form.submit(status=409)
    assert page.texts(".note.bad")
    found = certificates(house)[0]
    assert (found.state, found.balance_minor) == ("refunded", 0)
    entries = seen(house, select(CertificateEntry).order_by(CertificateEntry.id))
    assert [(one.kind, one.amount_minor) for one in entries] == [
        ("issue", 500_000),
        ("use", -200_000),
        ("refund", -300_000),
    ]


def test_reception_does_not_refund_purchases(as_staff: As, house: Session) -> None:
    number, lan = sold(house), as_staff("lan")
    page = lan.get(f"/admin/certificates/{number}")
    assert page.tree.css_first(f"form[action='/admin/certificates/{number}/refund']") is None
    values = page.form(f"/admin/certificates/{number}/give").values
    lan.post(f"/admin/certificates/{number}/refund", values, status=403)
    assert certificates(house)[0].state == "active"


def test_certificates_are_found(as_staff: As, house: Session) -> None:
    lan = as_staff("lan")
    sold(house, buyer_id=someone(house, "Đặng Thu Hà"))
    sold(house, recipient="Bà ngoại", valid_to=None)
    codes = [one.code for one in certificates(house)]

    def found(query: str) -> list[str]:
        return [text.replace("-", "") for text in lan.get(f"/admin/certificates?{query}").texts("tbody td a")]

    assert found("") == codes[::-1]
    assert found("q=dang") == codes[:1]
    assert found("q=ngoại") == codes[1:]
    assert found(f"q={codes[0]}") == codes[:1]
    assert found("state=refunded") == []


def test_the_list_shows_what_is_over(as_staff: As, house: Session) -> None:
    sold(house, valid_to=clock_now().date() + timedelta(days=3))
    lan = as_staff("lan")
    assert lan.get("/admin/certificates").text("tbody .chip") == "Can be used"
    with statements(lan.app) as one:
        lan.get("/admin/certificates")
    for _ in range(3):
        sold(house)
    with statements(lan.app) as four:
        lan.get("/admin/certificates")
    assert len(four) == len(one)
