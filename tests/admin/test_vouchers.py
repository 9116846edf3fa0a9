"""Vouchers and promo codes through their pages (V2, V3)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import now as clock_now
from loyalty.rewards.models import Voucher
from loyalty.rewards.operations import issue_voucher
from tests.admin.conftest import As
from tests.admin.scenes import acts, own_form, service_id, someone, statements
from tests.support.acting import commit
from tests.support.visitor import FormOnPage, Page, Visitor, seen

GIVEN = {"kind": "amount", "amount": "200.000", "min_bill": "500.000"}
CODE = {"kind": "percent", "percent": "10", "code": "spring-26", "total_limit": "100"}


def vouchers(house: Session) -> list[Voucher]:
    return seen(house, select(Voucher).order_by(Voucher.id))


def given(house: Session, patient_id: int | None, **more: object) -> int:
    values: dict[str, object] = {"kind": "amount", "amount_minor": 200_000, **more}
    found = issue_voucher(house, patient_id=patient_id, actor=SYSTEM, now=clock_now(), **values)  # type: ignore[arg-type]
    commit(house)
    number = found.id
    house.rollback()
    return number


def form_for(visitor: Visitor, patient_id: int) -> FormOnPage:
    return own_form(visitor.get(f"/admin/vouchers/new?patient={patient_id}"))


def promo_form(visitor: Visitor) -> FormOnPage:
    return own_form(visitor.get("/admin/promo-codes/new"))


def test_a_voucher_is_given_to_a_patient(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    page = lan.get("/admin/vouchers/new?q=nguyen")
    link = page.tree.css_first("main a.li")
    assert link is not None
    form = own_form(lan.get(link.attributes["href"] or "")).fill(**GIVEN)
    page = form.submit().follow()
    assert "₫200,000 off" in page.text("h1")
    form.submit()
    [voucher] = vouchers(house)
    assert (voucher.patient_id, voucher.amount_minor, voucher.min_bill_minor) == (mai, 200_000, 500_000)
    assert (voucher.total_limit, voucher.origin) == (1, "staff")
    assert len(acts(house, "voucher.issued")) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-200000"}, "amount"),
        ({"amount": "2000.5"}, "amount"),
        ({"amount": "9" * 30}, "amount"),
        ({"amount": "a lot"}, "amount"),
        ({"kind": "percent", "percent": ""}, "percent"),
        ({"kind": "percent", "percent": "0"}, "percent"),
        ({"kind": "percent", "percent": "100.01"}, "percent"),
        ({"kind": "percent", "percent": "infinity"}, "percent"),
        ({"kind": "service"}, "services"),
        ({"kind": "cake"}, "kind"),
        ({"min_bill": "-1"}, "min_bill"),
        ({"services": "999999"}, "services"),
        ({"valid_to": "someday"}, "valid_to"),
        ({"valid_to": "2020-01-31"}, "valid_to"),
        ({"valid_from": "2030-02-01", "valid_to": "2030-01-31"}, "valid_to"),
        ({"name_en": "x" * 121}, "name_en"),
    ],
)
def test_nonsense_gives_nothing(as_staff: As, house: Session, values: dict[str, str], field: str) -> None:
    form = form_for(as_staff("lan"), someone(house)).fill(**GIVEN)
    page = form.submit(status=422, **values)
    told = page.texts(f"#{field}-error .errmsg") + page.texts(f"[role=alert] a[href='#{field}']")
    assert told
    assert vouchers(house) == []


def test_a_voucher_leads_to_the_bill_it_is_used_on(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    number, other = given(house, mai), given(house, someone(house, "Hồ Tấn Phát"))
    link = lan.get(f"/admin/vouchers/{number}").tree.css_first(".acts a")
    assert link is not None
    page = lan.get(link.attributes["href"] or "")
    assert len(page.tree.css("input[name=own_vouchers][checked]")) == 1
    foreign = next(one.code for one in vouchers(house) if one.id == other)
    page = lan.get(f"/admin/visits/new?patient={mai}&voucher={foreign}")
    assert page.tree.css_first("input[checked]") is None
    assert foreign not in page.text("main")


def test_a_free_service_keeps_only_what_it_needs(as_staff: As, house: Session) -> None:
    cleaning = service_id(house)
    form_for(as_staff("lan"), someone(house)).submit(
        kind="service", amount="5000", percent="10", services=str(cleaning), name_vi="Lấy cao răng"
    )
    [voucher] = vouchers(house)
    assert (voucher.kind, voucher.amount_minor, voucher.percent_hundredths) == ("service", None, None)
    assert voucher.service_ids == [cleaning]


def test_a_withdrawn_voucher_is_withdrawn_once(as_staff: As, house: Session) -> None:
    number, lan = given(house, someone(house)), as_staff("lan")
    form = lan.get(f"/admin/vouchers/{number}").form(f"/admin/vouchers/{number}/cancel")
    form.submit(reason="Given by mistake")
    page = form.submit().follow()
    assert page.text("header.phead .chip") == "Cancelled"
    [act] = acts(house, "voucher.cancelled")
    assert act.reason == "Given by mistake"


def names(page: Page) -> list[str]:
    return page.texts("tbody .who b")


def test_vouchers_are_found_by_name_code_and_state(as_staff: As, house: Session) -> None:
    lan, yesterday = as_staff("lan"), clock_now().date() - timedelta(days=2)
    given(house, someone(house, "Đặng Thu Hà"))
    old = given(house, someone(house, "Hồ Tấn Phát"), valid_to=yesterday)
    given(house, None, code="EVERYBODY")
    code = next(one.code for one in vouchers(house) if one.id == old)
    assert names(lan.get("/admin/vouchers")) == ["Hồ Tấn Phát", "Đặng Thu Hà"]
    assert names(lan.get("/admin/vouchers?q=dang+thu")) == ["Đặng Thu Hà"]
    assert names(lan.get(f"/admin/vouchers?q={code[:4].lower()}-{code[4:6]}")) == ["Hồ Tấn Phát"]
    assert names(lan.get("/admin/vouchers?state=expired")) == ["Hồ Tấn Phát"]
    assert names(lan.get("/admin/vouchers?state=active")) == ["Đặng Thu Hà"]
    page = lan.get("/admin/vouchers?q=nobody%25&state=active")
    assert "Nothing found" in page.text("main")
    assert page.tree.css_first("input[name=state][value=active]") is not None


def test_a_long_list_is_shown_in_parts(as_staff: As, house: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin.offers.PAGE", 2)
    monkeypatch.setattr("admin.offer_lists.PAGE", 2)
    lan = as_staff("lan")
    for letter in "ABCDE":
        given(house, someone(house, f"Patient {letter}"))
    page, found = lan.get("/admin/vouchers?q=patient"), []
    for _ in range(3):
        found += names(page)
        more = page.tree.css_first("a.more")
        if more is not None:
            page = lan.get(more.attributes["href"] or "")
    assert found == [f"Patient {letter}" for letter in "EDCBA"]


def test_more_rows_cost_no_more_statements(as_staff: As, house: Session) -> None:
    lan = as_staff("lan")
    given(house, someone(house))
    lan.get("/admin/vouchers")
    with statements(lan.app) as one:
        lan.get("/admin/vouchers")
    for letter in "ABC":
        given(house, someone(house, f"Patient {letter}"))
    with statements(lan.app) as four:
        lan.get("/admin/vouchers")
    assert len(four) == len(one)


def test_a_promo_code_is_announced(as_staff: As, house: Session) -> None:
    minh = as_staff("minh")
    form = promo_form(minh).fill(**CODE, valid_to="2030-06-30")
    page = form.submit().follow()
    assert "10% off" in page.text("h1")
    form.submit()
    [code] = vouchers(house)
    assert (code.code, code.patient_id, code.percent_hundredths) == ("SPRING26", None, 1000)
    assert (code.total_limit, code.patient_limit, code.valid_to) == (100, 1, date(2030, 6, 30))
    assert "0 of 100" in minh.get("/admin/promo-codes").text("tbody")


@pytest.mark.parametrize(
    ("values", "status", "field"),
    [
        ({"code": ""}, 422, "code"),
        ({"code": "abc"}, 409, "code"),
        ({"code": "Xuân 26!"}, 409, "code"),
        ({"code": "OTHER"}, 409, "code"),
        ({"total_limit": "0"}, 409, None),
        ({"total_limit": "-1"}, 422, "total_limit"),
    ],
)
def test_codes_that_cannot_be_are_refused(
    as_staff: As, house: Session, values: dict[str, str], status: int, field: str | None
) -> None:
    given(house, None, code="OTHER")
    page = promo_form(as_staff("minh")).fill(**CODE).submit(status=status, **values)
    assert page.texts(f"#{field}-error .errmsg" if field else "[role=alert] p")
    assert len(vouchers(house)) == 1


def test_a_promo_code_ends_early(as_staff: As, house: Session) -> None:
    number, minh = given(house, None, code="SUMMER"), as_staff("minh")
    minh.get(f"/admin/promo-codes/{number}").form(f"/admin/promo-codes/{number}/cancel").submit()
    assert vouchers(house)[0].state == "cancelled"


def test_each_side_keeps_to_its_own(as_staff: As, house: Session) -> None:
    own, public = given(house, someone(house)), given(house, None, code="SUMMER")
    lan, minh = as_staff("lan"), as_staff("minh")
    lan.get(f"/admin/vouchers/{public}", status=404)
    minh.get(f"/admin/promo-codes/{own}", status=404)
    lan.get("/admin/promo-codes", status=403)
    minh.get("/admin/vouchers", status=403)
