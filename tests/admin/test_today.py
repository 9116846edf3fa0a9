"""The staff's first page: what waits, who comes, how friends fare; each role sees what it can act on."""

from flask import Flask
from sqlalchemy.orm import Session

from admin.navigation import ENTRIES, SECTION
from loyalty.kernel.actor import Actor
from loyalty.kernel.clock import now as clock_now
from loyalty.leaderboard.operations import propose_nickname
from tests.admin.conftest import As
from tests.admin.scenes import DAY, arrived, booked, completed, invited, someone, statements, wish
from tests.support.acting import commit
from web.access import access_of


def test_nothing_waits_in_a_new_clinic(as_staff: As) -> None:
    page = as_staff("lan").get("/admin/")
    assert page.texts("#tasks h3") == ["Nothing is waiting"]
    assert page.texts(".funnel b") == ["0", "0", "0", "0"]


def test_friends_requests_come_first(as_staff: As, house: Session) -> None:
    mai = someone(house)
    friend, _referral = invited(house, mai, same_device=True)
    wish(house, friend)
    someone(house, "Chi", source_kind=None)
    page = as_staff("director").get("/admin/")
    assert page.texts("#tasks li b")[:2] == ["1 request for an appointment", "1 referral to check"]
    assert page.texts("#tasks li .s")[0] == "1 from an invited friend"


def test_the_tasks_alone_for_the_minutely_question(as_staff: As, house: Session) -> None:
    wish(house, someone(house))
    page = as_staff("lan").get("/admin/", htmx=True)
    assert page.texts("li b") == ["1 request for an appointment"]
    assert "<html" not in page.response.text


def test_next_up_by_time_with_the_sender(as_staff: As, house: Session) -> None:
    friend, _referral = invited(house, someone(house))
    booked(house, friend)
    page = as_staff("lan").get("/admin/")
    assert page.texts("tbody .who b") == ["Daniel Reed"]
    assert page.texts("tbody .chip") == ["Not confirmed", "First visit, via Nguyễn Thị Mai"]


def test_the_funnel_counts_this_months_friends(as_staff: As, house: Session) -> None:
    mai, now = someone(house), clock_now()
    for step in (None, booked, arrived, completed):
        friend, _referral = invited(house, mai, f"Friend {step}", now=now)
        if step is not None:
            step(house, friend, **({"now": now} if step is completed else {}))
    page = as_staff("lan").get("/admin/")
    assert page.texts(".funnel b") == ["4", "3", "2", "1"]


def test_marketing_sees_boards_not_patients(as_staff: As, house: Session) -> None:
    mai = someone(house)
    booked(house, mai)
    wish(house, mai)
    propose_nickname(
        house,
        patient_id=mai,
        nickname="Sen Nhỏ",
        real_name_allowed=False,
        actor=Actor("patient", mai),
        now=clock_now(),
    )
    commit(house)
    page = as_staff("minh").get("/admin/")
    assert "Nguyễn Thị Mai" not in page.response.text
    assert page.texts("#tasks li b") == ["1 nickname to check"]
    assert page.texts(".side .ct") == ["1"]


def test_the_menu_shows_what_the_role_may_open(as_staff: As) -> None:
    assert as_staff("minh").get("/admin/").texts(".side a") == [
        "Today",
        "Referral board",
        "Thank-you board",
        "Rewards",
        "Promo codes",
        "Messages",
    ]
    assert as_staff("nhung").get("/admin/").texts(".side a") == ["Today", "Patients", "Visits", "Messages"]
    assert "Staff" in as_staff("admin").get("/admin/").texts(".side a")


def test_the_page_costs_the_same_for_three(app: Flask, as_staff: As, house: Session) -> None:
    director, mai, counts = as_staff("director"), someone(house), []
    for number in range(3):
        friend, _referral = invited(house, mai, f"Friend {number}")
        booked(house, friend)
        wish(house, friend, f"wish number {number} of the test")
        completed(house, mai, now=clock_now() - DAY)
        with statements(app) as sent:
            director.get("/admin/")
        counts.append(len(sent))
    assert counts[0] == counts[2]


def test_every_page_belongs_to_an_entry_of_the_menu(app: Flask) -> None:
    found = {name: access_of(app, name) for name in app.view_functions if name.startswith("admin.")}
    guarded = {name for name, access in found.items() if access is not None and access.permission}
    assert set(SECTION) | ENTRIES == guarded
