"""Messages with their reasons, and the decision about one of which nobody knows (C7, C8)."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.clock import now as clock_now
from loyalty.messaging.models import Message
from tests.admin.conftest import As
from tests.admin.scenes import acts, someone, statements
from tests.support.acting import commit
from tests.support.visitor import FormOnPage, Page, Visitor, seen


def message(house: Session, patient_id: int, state: str, number: int = 1, reason: str | None = None) -> int:
    """A message in that state."""
    made = Message(
        key=f"{patient_id}:points-earned:{state}:{number}",
        patient_id=patient_id,
        step="points-earned",
        purpose="care",
        channel="zalo",
        state=state,
        reason=reason,
        due_at=clock_now(),
        created_at=clock_now(),
        claim=f"claim {number}",
        values={"points": 10},
    )
    house.add(made)
    commit(house)
    message_id = made.id
    house.rollback()
    return message_id


def button(page: Page, message_id: int, decision: str) -> FormOnPage:
    action = f"/admin/messages/{message_id}/decide"
    node = page.tree.css_first(f"form[action='{action}']")
    assert node is not None
    token = node.css_first("input[name=csrf_token]")
    assert token is not None
    return FormOnPage(
        page.visitor, action, {"csrf_token": token.attributes["value"] or "", "decision": decision}
    )


def states(house: Session) -> list[str]:
    return seen(house, select(Message.state).order_by(Message.id))


def test_c7_reasons_in_plain_words(as_staff: As, house: Session) -> None:
    message(house, someone(house), "skipped", reason="no_channel")
    page = as_staff("minh").get("/admin/messages?state=skipped")
    assert page.texts("td[data-label=State]") == ["Left outNo phone or e-mail to reach the patient"]


def test_filters_narrow_the_list(as_staff: As, house: Session) -> None:
    mai = someone(house)
    message(house, mai, "sent")
    message(house, mai, "failed", reason="number_unknown")
    minh = as_staff("minh")
    assert len(minh.get("/admin/messages").tree.css("tbody tr")) == 2
    assert minh.get("/admin/messages?state=failed").texts("tbody .chip") == ["Failed"]
    assert minh.get("/admin/messages?step=tier-reached").texts(".empty h2") == ["No messages here"]


@pytest.mark.parametrize(
    ("decision", "state", "act"),
    [("again", "queued", "message.sent_again"), ("leave", "failed", "message.left_unsent")],
)
def test_c8_staff_decide_about_a_doubt_once(
    as_staff: As, house: Session, decision: str, state: str, act: str
) -> None:
    doubt = message(house, someone(house), "uncertain", reason="timeout")
    form = button(as_staff("director").get("/admin/messages"), doubt, decision)
    form.submit()
    form.submit(status=409)
    assert states(house) == [state]
    assert [entry.action for entry in acts(house, "message.")] == [act]


def test_two_people_decide_differently(as_staff: As, house: Session) -> None:
    doubt = message(house, someone(house), "uncertain", reason="timeout")
    first = button(as_staff("director").get("/admin/messages"), doubt, "leave")
    second = button(as_staff("nhung").get("/admin/messages"), doubt, "again")
    first.submit()
    second.submit(status=409)
    assert states(house) == ["failed"]


def test_no_decision_changes_nothing(as_staff: As, house: Session) -> None:
    doubt = message(house, someone(house), "uncertain")
    page = as_staff("director").get("/admin/messages")
    for decision in ("", "perhaps"):
        button(page, doubt, decision).submit(status=422)
    assert states(house) == ["uncertain"]


def test_show_more(as_staff: As, house: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin.messages.PAGE", 1)
    mai = someone(house)
    for number in range(2):
        message(house, mai, "sent", number)
    minh: Visitor = as_staff("minh")
    link = minh.get("/admin/messages").tree.css_first("a.more")
    assert link is not None
    assert minh.get(link.attributes["href"] or "", htmx=True).texts(".chip") == ["Sent"]


def test_the_list_costs_the_same_for_three(app: Flask, as_staff: As, house: Session) -> None:
    minh, mai, counts = as_staff("minh"), someone(house), []
    for number in range(3):
        message(house, mai, "uncertain", number)
        with statements(app) as sent:
            minh.get("/admin/messages")
        counts.append(len(sent))
    assert counts[0] == counts[2]
