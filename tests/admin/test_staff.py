"""Accounts of the staff: added with a one-time link, closed with all their browsers."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.access.operations import confirm_totp
from loyalty.clinic.models import PasswordLink, RecoveryCode, Staff
from loyalty.kernel.clock import now as clock_now
from tests.admin.conftest import As
from tests.admin.scenes import acts
from tests.support.visitor import Page, seen

NEW = {"name": "Trần Thu", "email": "thu@clinic.example", "role": "reception"}


def account(house: Session, email: str) -> Staff:
    found: Staff = seen(house, select(Staff).where(Staff.email == email))[0]
    return found


def shown_link(page: Page) -> str:
    return page.text("main code")


def test_a_new_person_gets_a_link_shown_once(as_staff: As, house: Session) -> None:
    admin = as_staff("admin")
    page = admin.get("/admin/staff").form("/admin/staff").submit(status=200, **NEW)
    assert "/admin/" in shown_link(page)
    assert "no-store" in page.response.headers["Cache-Control"]
    assert account(house, "thu@clinic.example").role == "reception"
    assert admin.get("/admin/staff").texts("main code") == []
    path = "/" + shown_link(page).split("/", 3)[3]
    assert admin.get(path).text("h1")


def test_the_same_address_twice_is_refused(as_staff: As, house: Session) -> None:
    form = as_staff("admin").get("/admin/staff").form("/admin/staff")
    form.submit(status=200, **NEW)
    page = form.submit(status=409, **NEW)
    assert page.texts("#email-error")
    assert len(acts(house, "staff.created")) == 7


@pytest.mark.parametrize(
    ("values", "status"),
    [({"name": ""}, 422), ({"email": "nobody"}, 409), ({"role": "owner"}, 422), ({"role": ""}, 422)],
)
def test_nonsense_adds_nobody(as_staff: As, house: Session, values: dict[str, str], status: int) -> None:
    page = (
        as_staff("admin").get("/admin/staff").form("/admin/staff").submit(status=status, **{**NEW, **values})
    )
    assert page.texts("[role=alert] p")
    assert seen(house, select(Staff).where(Staff.name == "Trần Thu")) == []


def test_closing_an_account_ends_its_browsers(as_staff: As, house: Session) -> None:
    lan, admin = as_staff("lan"), as_staff("admin")
    lan.get("/admin/")
    number = account(house, "lan@clinic.example").id
    form = admin.get("/admin/staff").form(f"/admin/staff/{number}/disable")
    form.submit()
    form.submit()
    lan.get("/admin/", status=303)
    assert len(acts(house, "staff.disabled")) == 1
    admin.get("/admin/staff").form(f"/admin/staff/{number}/enable").submit()
    assert account(house, "lan@clinic.example").disabled_at is None


def test_nobody_closes_the_own_account(as_staff: As, house: Session) -> None:
    admin = as_staff("admin")
    page = admin.get("/admin/staff")
    number = account(house, "admin@clinic.example").id
    assert page.tree.css_first(f"form[action='/admin/staff/{number}/disable']") is None
    values = page.form("/admin/staff").values
    admin.post(f"/admin/staff/{number}/disable", values, status=409)
    assert account(house, "admin@clinic.example").disabled_at is None


def test_a_new_link_ends_the_old_one(as_staff: As, house: Session) -> None:
    admin = as_staff("admin")
    number = account(house, "lan@clinic.example").id
    form = admin.get("/admin/staff").form(f"/admin/staff/{number}/link")
    first, second = (shown_link(form.submit(status=200)) for _ in range(2))
    assert first != second
    links = seen(house, select(PasswordLink).where(PasswordLink.staff_id == number).order_by(PasswordLink.id))
    assert [link.used_at is None for link in links] == [False, False, True]


def test_a_closed_account_gets_no_link(as_staff: As, house: Session) -> None:
    admin = as_staff("admin")
    number = account(house, "lan@clinic.example").id
    page = admin.get("/admin/staff")
    link = page.form(f"/admin/staff/{number}/link")
    page.form(f"/admin/staff/{number}/disable").submit()
    assert link.submit(status=409).texts(".note.bad")


def with_second_factor(house: Session, name: str) -> int:
    """Somebody whose second factor is set up; her number."""
    person = account(house, f"{name}@clinic.example")
    confirm_totp(house, house.get_one(Staff, person.id), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", clock_now())
    house.commit()
    return person.id


def test_a_lost_second_factor_is_set_up_anew(as_staff: As, house: Session) -> None:
    number = with_second_factor(house, "lan")
    lan, admin = as_staff("lan"), as_staff("admin")
    form = admin.get("/admin/staff").form(f"/admin/staff/{number}/second-factor")
    for _ in range(2):
        form.submit(reason="Lost the bag with everything")
    lan.get("/admin/", status=303)
    person = account(house, "lan@clinic.example")
    assert (person.totp_secret, person.totp_confirmed_at, person.totp_last_step) == (None, None, None)
    assert seen(house, select(RecoveryCode).where(RecoveryCode.staff_id == number)) == []
    [act] = acts(house, "staff.second_factor_reset")
    assert (act.object_id, act.reason) == (str(number), "Lost the bag with everything")
    assert admin.get("/admin/staff").tree.css_first(f"form[action='{form.action}']") is None


def test_resetting_a_second_factor_needs_a_reason(as_staff: As, house: Session) -> None:
    number = with_second_factor(house, "lan")
    form = as_staff("admin").get("/admin/staff").form(f"/admin/staff/{number}/second-factor")
    assert form.submit(status=422, reason="  ").text(".note.bad") == "Please give a reason."
    assert account(house, "lan@clinic.example").totp_confirmed_at is not None


def test_nobody_resets_the_own_second_factor(as_staff: As, house: Session) -> None:
    number, admin = with_second_factor(house, "admin"), as_staff("admin")
    path, page = f"/admin/staff/{number}/second-factor", admin.get("/admin/staff")
    assert page.tree.css_first(f"form[action='{path}']") is None
    values = {**page.form("/admin/staff").values, "reason": "A new phone"}
    assert "ask a colleague" in admin.post(path, values, status=409).text(".note.bad")
    assert account(house, "admin@clinic.example").totp_confirmed_at is not None
