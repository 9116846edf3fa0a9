"""The liability report: what may still be used, in money, by the month in which it ends."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.access.operations.keys import create_api_key
from loyalty.clinic.queries import programme
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import add_months
from loyalty.kernel.clock import now as clock_now
from loyalty.points.operations import credit, reverse_credit
from loyalty.reports.queries.liability import owed_by_month
from loyalty.rewards.models import Certificate
from tests.admin.conftest import As
from tests.admin.scenes import someone
from tests.support.acting import commit


def today(house: Session) -> date:
    found = programme(house).calendar.day_of(clock_now())
    house.rollback()
    return found


def given(house: Session, patient_id: int, points: int, valid_to: date | None) -> None:
    key = f"test:{patient_id}:{points}:{valid_to}"
    credit(
        house, patient_id=patient_id, points=points, kind="gift", key=key, valid_to=valid_to, now=clock_now()
    )
    commit(house)


def certificate(house: Session, balance: int, valid_to: date | None, **more: object) -> None:
    house.add(
        Certificate(
            code=f"TEST{balance}",
            amount_minor=balance,
            balance_minor=balance,
            valid_to=valid_to,
            created_at=clock_now(),
            **more,
        )
    )
    commit(house)


@pytest.fixture
def months(house: Session) -> list[date]:
    """This month's last day and the last days of the two months after it."""
    first = today(house).replace(day=1)
    return [add_months(first, later) - timedelta(days=1) for later in (1, 2, 3)]


@pytest.fixture
def outstanding(house: Session, months: list[date]) -> dict[str, int]:
    """Two patients with points of two months and without end, two certificates, and what is owed no more."""
    mai, chi = someone(house), someone(house, "Chi")
    given(house, mai, 120, months[0])
    given(house, chi, 30, months[0])
    given(house, mai, 50, months[2])
    given(house, chi, 7, None)
    given(house, mai, 999, today(house) - timedelta(days=1))
    certificate(house, 500_000, months[2], patient_id=mai)
    certificate(house, 200_000, months[2], recipient="Lan")
    certificate(house, 900_000, today(house) - timedelta(days=1))
    certificate(house, 800_000, months[2], state="refunded")
    return {"mai": mai, "chi": chi}


@pytest.mark.usefixtures("outstanding")
def test_tm4_what_is_past_is_owed_no_more_and_the_rest_adds_up(house: Session, months: list[date]) -> None:
    found = owed_by_month(house, today=today(house), point_minor=1000)
    assert [
        (one.month, one.points, one.points_minor, one.certificates, one.certificates_minor) for one in found
    ] == [
        (months[0].replace(day=1), 150, 150_000, 0, 0),
        (months[2].replace(day=1), 50, 50_000, 2, 700_000),
        (None, 7, 7_000, 0, 0),
    ]
    house.rollback()


@pytest.mark.usefixtures("outstanding")
def test_the_page_shows_chart_table_and_totals(as_staff: As) -> None:
    page = as_staff("director").get("/admin/reports/liability")
    rows = [text.split(" ") for text in page.texts("tbody tr td:last-child")]
    assert [row[-1] for row in rows] == ["₫150,000", "₫750,000", "₫7,000", "₫907,000"]
    assert len(page.tree.css("main svg[role=img] rect")) == 4
    assert page.texts(".kpi .v") == ["₫907K", "207", "₫700K"]
    assert page.texts(".kpi .d")[0] == "₫907,000 if everything were used today"


def test_today_says_the_same_number_though_somebody_is_in_debt(
    as_staff: As, house: Session, outstanding: dict[str, int]
) -> None:
    reverse_credit(
        house,
        patient_id=someone(house, "Bình"),
        credit_key="none",
        points=40,
        key="debt",
        today=today(house),
        actor=SYSTEM,
        now=clock_now(),
    )
    commit(house)
    director = as_staff("director")
    assert "207" in director.get("/admin/").texts(".kpi .v")
    assert director.get("/admin/reports/liability").texts(".kpi .v")[1] == "207"
    assert outstanding


def test_a_month_leads_to_the_patients_behind_it(
    as_staff: As, outstanding: dict[str, int], months: list[date]
) -> None:
    director = as_staff("director")
    links = [
        node.attributes["href"] or ""
        for node in director.get("/admin/reports/liability").tree.css("tbody td a")
    ]
    assert links[0] == f"/admin/reports/liability/{months[0]:%Y-%m}"
    assert director.get(links[0]).texts(".who b") == ["Nguyễn Thị Mai", "Chi"]
    last = director.get(f"/admin/reports/liability/{months[2]:%Y-%m}")
    assert last.texts(".who b") == ["Nguyễn Thị Mai", "Nguyễn Thị Mai", "Lan"]
    assert director.get("/admin/reports/liability/never").texts(".who b") == ["Chi"]
    assert outstanding


@pytest.mark.parametrize("month", ["2026-13", "soon", "0000-01"])
def test_no_such_month(as_staff: As, month: str) -> None:
    as_staff("director").get(f"/admin/reports/liability/{month}", status=404)


def test_an_empty_clinic_owes_nothing(as_staff: As) -> None:
    page = as_staff("director").get("/admin/reports/liability")
    assert page.texts(".empty h3") == ["Nothing is outstanding"]


@pytest.mark.usefixtures("outstanding")
def test_the_table_can_be_saved(as_staff: As, months: list[date]) -> None:
    answer = as_staff("director").get("/admin/reports/liability.csv").response
    assert answer.mimetype == "text/csv"
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines[1:] == [
        f"{months[0]:%Y-%m},150,150000,0,0,150000",
        f"{months[2]:%Y-%m},50,50000,2,700000,750000",
        "never,7,7000,0,0,7000",
    ]


@pytest.mark.usefixtures("outstanding")
def test_the_interface_gives_the_same(app: Flask, house: Session, months: list[date]) -> None:
    key = create_api_key(house, name="books", actor=SYSTEM, now=clock_now())
    commit(house)
    answer = app.test_client().get("/api/v1/reports/liability", headers={"Authorization": f"Bearer {key}"})
    assert answer.json is not None
    assert (answer.json["code"], answer.json["zone"]) == ("liability", "Asia/Ho_Chi_Minh")
    assert [row["month"] for row in answer.json["rows"]] == [f"{months[0]:%Y-%m}", f"{months[2]:%Y-%m}", None]
    assert answer.json["rows"][1]["certificates_value"] == "700000"
    assert answer.json["totals"] == {
        "points": 207,
        "points_value": "207000",
        "certificates": 2,
        "certificates_value": "700000",
        "total": "907000",
    }


def test_reception_does_not_see_reports(as_staff: As) -> None:
    as_staff("lan").get("/admin/reports/liability", status=403)
