"""Points by hand: a reason, a limit, and above it a second person (P15)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import now as clock_now
from loyalty.kernel.localized import LocalizedText
from loyalty.points.models import LedgerEntry, Lot, ManualEntry
from loyalty.points.operations import activate_earning_rule, save_earning_rule
from tests.admin.conftest import As
from tests.admin.scenes import acts, at_once, completed, own_form, points_of, someone, token_of
from tests.support.acting import commit
from tests.support.visitor import FormOnPage, Visitor, seen


def change(visitor: Visitor, patient_id: int, **values: str) -> FormOnPage:
    form = own_form(visitor.get(f"/admin/patients/{patient_id}/points"))
    return form.fill(**{"points": "50", "reason": "Waited an hour", **values})


def states(house: Session) -> list[tuple[int, str]]:
    return [(one.points, one.state) for one in seen(house, select(ManualEntry).order_by(ManualEntry.id))]


def occasion(house: Session, points: int = 30) -> int:
    """An active rule that staff apply by hand; its number."""
    rule = save_earning_rule(
        house,
        code="SORRY",
        name=LocalizedText.of("Long wait"),
        trigger="manual",
        conditions={},
        percent=None,
        points=points,
        priority=0,
        stacks=True,
        valid_from=None,
        valid_to=None,
        actor=SYSTEM,
        now=clock_now(),
    )
    activate_earning_rule(house, rule_id=rule.id, actor=SYSTEM, now=clock_now())
    found = rule.id
    commit(house)
    return found


def test_p15_points_are_given_at_once_below_the_limit(as_staff: As, house: Session) -> None:
    mai = someone(house)
    page = change(as_staff("lan"), mai).submit().follow()
    assert points_of(house, mai) == [("adjust", 50)]
    assert "Waited an hour" in page.text("main")
    [entry] = acts(house, "points.adjusted")
    assert (entry.reason, entry.actor_kind) == ("Waited an hour", "staff")
    assert seen(house, select(Lot.valid_to))[0] is not None


def test_a_double_click_gives_once(as_staff: As, house: Session) -> None:
    mai = someone(house)
    form = change(as_staff("lan"), mai)
    assert at_once([(form.visitor, form.action, form.values)] * 2) == [303, 303]
    assert points_of(house, mai) == [("adjust", 50)]


def test_points_without_end_and_until_a_day(as_staff: As, house: Session) -> None:
    mai, lan = someone(house), as_staff("lan")
    change(lan, mai, life="ever").submit()
    change(lan, mai, life="day", valid_to="2090-05-04").submit()
    found = seen(house, select(Lot).order_by(Lot.id))
    assert [str(lot.valid_to) for lot in found] == ["None", "2090-05-04"]


def test_p15_no_debit_below_zero(as_staff: As, house: Session) -> None:
    mai = someone(house)
    completed(house, mai)
    lan = as_staff("lan")
    page = change(lan, mai, direction="take", points="101").submit(status=409)
    assert page.texts("#points-error") == ["There are not enough points: 100 can be used."]
    change(lan, mai, direction="take", points="100").submit()
    assert points_of(house, mai) == [("earn", 100), ("adjust", -100)]


@pytest.mark.parametrize(
    ("values", "status", "where"),
    [
        ({"reason": ""}, 409, "reason"),
        ({"points": "0"}, 409, "points"),
        ({"points": ""}, 409, "points"),
        ({"points": "-5"}, 422, "points"),
        ({"points": "1000001"}, 409, "points"),
        ({"life": "day"}, 422, "valid_to"),
        ({"life": "day", "valid_to": "2020-01-01"}, 422, "valid_to"),
        ({"occasion": "77"}, 422, "occasion"),
    ],
)
def test_nonsense_changes_nothing(
    as_staff: As, house: Session, values: dict[str, str], status: int, where: str
) -> None:
    mai = someone(house)
    page = change(as_staff("lan"), mai, **values).submit(status=status)
    assert page.texts(f"#{where}-error") or where == "occasion"
    assert page.texts("[role=alert]")
    assert (points_of(house, mai), states(house)) == ([], [])


def test_an_occasion_brings_its_points_and_its_reason(as_staff: As, house: Session) -> None:
    mai, rule_id = someone(house), occasion(house)
    change(as_staff("lan"), mai, occasion=str(rule_id), points="", reason="").submit()
    [entry] = seen(house, select(LedgerEntry))
    assert (entry.kind, entry.points, entry.rule, entry.rule_ids) == ("bonus", 30, "SORRY:1", [rule_id])
    assert entry.reason == "Long wait"


def waiting(as_staff: As, house: Session, patient_id: int, points: str = "501") -> int:
    """An entry above the limit, asked for by the receptionist Lan."""
    change(as_staff("lan"), patient_id, points=points).submit()
    found: int = seen(house, select(ManualEntry.id).order_by(ManualEntry.id.desc()))[0]
    return found


def test_p15_above_the_limit_a_second_person_agrees(as_staff: As, house: Session) -> None:
    mai = someone(house)
    page = change(as_staff("lan"), mai, points="501").submit().follow()
    assert "a colleague has to agree" in page.text(".flashes")
    assert (points_of(house, mai), states(house)) == ([], [(501, "waiting")])
    director = as_staff("director")
    assert "1 change of points to approve" in director.get("/admin/").text("#tasks")
    page = director.get("/admin/points/approvals")
    assert page.texts("tbody .who b") == ["Nguyễn Thị Mai"]
    entry_id = seen(house, select(ManualEntry.id))[0]
    decide(director, entry_id, decision="yes")
    assert (points_of(house, mai), states(house)) == ([("adjust", 501)], [(501, "posted")])


def decide(visitor: Visitor, entry_id: int, status: int = 303, **values: str) -> str:
    token = token_of(visitor.get("/admin/points/approvals"))
    path = f"/admin/points/approvals/{entry_id}"
    page = visitor.post(path, {"csrf_token": token, **values}, status=status)
    return " ".join(page.texts(".flashes")) if status != 303 else ""


def test_a_refusal_says_why_and_gives_nothing(as_staff: As, house: Session) -> None:
    mai = someone(house)
    entry_id, director = waiting(as_staff, house, mai), as_staff("director")
    assert "Please say why not" in decide(director, entry_id, 422, decision="no")
    decide(director, entry_id, decision="no", refusal="Not for a short wait")
    assert (points_of(house, mai), states(house)) == ([], [(501, "refused")])
    assert "Not for a short wait" in director.get(f"/admin/patients/{mai}?tab=points").text("main")


def test_p15_nobody_decides_about_her_own_entry(as_staff: As, house: Session) -> None:
    mai, director = someone(house), as_staff("director")
    change(director, mai, points="600").submit()
    entry_id = seen(house, select(ManualEntry.id))[0]
    assert "a colleague decides" in director.get("/admin/points/approvals").text("main tbody")
    decide(director, entry_id, 409, decision="yes")
    assert states(house) == [(600, "waiting")]


def test_what_is_decided_stays_so(as_staff: As, house: Session) -> None:
    mai = someone(house)
    entry_id, director = waiting(as_staff, house, mai), as_staff("director")
    decide(director, entry_id, decision="yes")
    decide(director, entry_id, 409, decision="no", refusal="Too late")
    assert points_of(house, mai) == [("adjust", 501)]


def test_two_managers_agree_in_the_same_moment(as_staff: As, house: Session) -> None:
    mai = someone(house)
    entry_id, director = waiting(as_staff, house, mai), as_staff("director")
    token = token_of(director.get("/admin/points/approvals"))
    values = {"csrf_token": token, "decision": "yes"}
    call = (director, f"/admin/points/approvals/{entry_id}", values)
    assert sorted(at_once([call, call])) == [303, 409]
    assert points_of(house, mai) == [("adjust", 501)]


def test_reception_asks_but_does_not_decide(as_staff: As, house: Session) -> None:
    waiting(as_staff, house, someone(house))
    lan = as_staff("lan")
    lan.get("/admin/points/approvals", status=403)
    assert "to approve" not in lan.get("/admin/").text("#tasks")
