"""Packages of sessions at the desk (V6)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import now as clock_now
from loyalty.rewards.models import Package
from loyalty.rewards.operations import open_package, use_session
from tests.admin.conftest import As
from tests.admin.scenes import acts, booked, own_form, service_id, someone, statements
from tests.support.acting import commit
from tests.support.visitor import FormOnPage, Visitor, seen


def packages(house: Session) -> list[Package]:
    return seen(house, select(Package).order_by(Package.id))


def opened(house: Session, patient_id: int, sessions: int = 3) -> int:
    found = open_package(
        house, patient_id=patient_id, service_id=service_id(house), sessions=sessions, actor=SYSTEM,
        now=clock_now(),
    )  # fmt: skip
    commit(house)
    number = found.id
    house.rollback()
    return number


def form_for(visitor: Visitor, patient_id: int) -> FormOnPage:
    return own_form(visitor.get(f"/admin/packages/new?patient={patient_id}"))


def test_a_package_is_opened_once(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    form = form_for(lan, mai).fill(service=str(service_id(house)), sessions="10", valid_to="2030-12-31")
    page = form.submit().follow()
    form.submit()
    [found] = packages(house)
    assert (found.patient_id, found.sessions, found.used) == (mai, 10, 0)
    assert "10 of 10 sessions left" in page.text("main")
    assert len(acts(house, "package.opened")) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"sessions": ""}, "sessions"),
        ({"sessions": "0"}, "sessions"),
        ({"sessions": "-3"}, "sessions"),
        ({"sessions": "101"}, "sessions"),
        ({"sessions": "2.5"}, "sessions"),
        ({"service": "0"}, "service"),
        ({"service": "999999"}, "service"),
        ({"valid_to": "2020-01-01"}, "valid_to"),
    ],
)
def test_nonsense_opens_nothing(as_staff: As, house: Session, values: dict[str, str], field: str) -> None:
    form = form_for(as_staff("lan"), someone(house)).fill(service=str(service_id(house)), sessions="3")
    assert form.submit(status=422, **values).texts(f"#{field}-error .errmsg")
    assert packages(house) == []


def test_used_sessions_stand_with_their_visits(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    number, visit_id = opened(house, mai), booked(house, mai)
    use_session(house, package_id=number, visit_id=visit_id, covered_minor=400_000, now=clock_now())
    commit(house)
    house.rollback()
    page = lan.get(f"/admin/packages/{number}")
    assert "₫400,000" in page.text("tbody")
    assert page.tree.css_first(f"tbody a[href='/admin/visits/{visit_id}']") is not None
    assert "2 of 3 sessions left" in lan.get("/admin/packages").text("tbody")


def test_a_package_is_ended_once(as_staff: As, house: Session) -> None:
    number, lan = opened(house, someone(house)), as_staff("lan")
    form = lan.get(f"/admin/packages/{number}").form(f"/admin/packages/{number}/cancel")
    for _ in range(2):
        form.submit(reason="Opened for the wrong person")
    assert packages(house)[0].state == "cancelled"
    [act] = acts(house, "package.cancelled")
    assert act.reason == "Opened for the wrong person"


def test_packages_are_found(as_staff: As, house: Session) -> None:
    lan = as_staff("lan")
    assert "No packages yet" in lan.get("/admin/packages").text("main")
    for name in ("Đặng Thu Hà", "Hồ Tấn Phát"):
        opened(house, someone(house, name))
    code = packages(house)[0].code
    for query in ("q=dang", f"q={code[:6]}"):
        assert lan.get(f"/admin/packages?{query}").texts("tbody .who b") == ["Đặng Thu Hà"]
    assert "Nothing found" in lan.get("/admin/packages?state=used").text("main")


def test_more_rows_cost_no_more_statements(as_staff: As, house: Session) -> None:
    lan = as_staff("lan")
    opened(house, someone(house))
    lan.get("/admin/packages")
    with statements(lan.app) as one:
        lan.get("/admin/packages")
    for letter in "ABC":
        opened(house, someone(house, f"Patient {letter}"))
    with statements(lan.app) as four:
        lan.get("/admin/packages")
    assert len(four) == len(one)


def test_marketing_opens_no_packages(as_staff: As, house: Session) -> None:
    number, minh = opened(house, someone(house)), as_staff("minh")
    for path in ("/admin/packages", "/admin/packages/new", f"/admin/packages/{number}"):
        minh.get(path, status=403)
