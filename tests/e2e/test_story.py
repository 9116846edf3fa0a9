"""The story of one visit, from the invitation to the published board, in each language by real browsers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.acts import LAN, MANAGER, log_in_patient, log_in_staff, messages_of
from tests.e2e.conftest import OpenWindow
from tests.e2e.installation import PEOPLE, Installation, installed
from tests.e2e.letters import written_in
from tests.e2e.story import EARNED, HALF, Story, Tale
from tests.e2e.window import DESK, Window
from tests.support.databases import Databases
from tests.support.processes import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]

TALES = [
    Tale("vi", "mai", "Lưu Khánh Chi", "0774 555 161", "silver", "gold", 1, "en"),
    Tale("zh", "li-min", "欧阳小雨", "0774 555 162", "gold", "gold", 0, "vi"),
    Tale("ru", "anna", "Полина Журавлёва", "0774 555 163", "silver", "gold", 1, "zh"),
    Tale("en", "sophie", "Abigail Thornton", "0774 555 164", "silver", "silver", 0, "ru"),
]
#: Of last month's board: who is first, and the name that waits for the manager's decision.
FIRST_PLACE, WAITING = "Biển Xanh", "Bác sĩ Google"


@pytest.fixture
def installation(
    static_files: None, databases: Databases, valkey_url: str, tmp_path: Path
) -> Iterator[Installation]:
    """A clinic of its own for each tale: a month is published only once."""
    with installed(databases, valkey_url, tmp_path, periodic=True) as running:
        yield running


@pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale.language)
def test_one_visits_whole_way(tale: Tale, installation: Installation, window: OpenWindow) -> None:
    """Issue 2, the story: steps 1 to 5, everything seen where a person would see it."""
    story = Story(tale, installation)
    patient = window(tale.language, also_dark=tale.language == "vi")
    log_in_patient(patient, PEOPLE[tale.referrer].phone, "login")
    before = story.standing()
    story.see_membership(patient, tale.tier_before, "home")
    link = story.see_invitation(patient)

    friend = window(tale.language)
    story.claim(friend, link)
    see_the_visit(story, window, patient)

    after = story.standing()
    assert (after.points, after.helped) == (before.points + 2 * HALF, before.helped + 1)
    assert after.badges == before.badges + tale.new_badges
    story.see_membership(patient, tale.tier_after, "home-after")
    story.see_halves(patient, 2, "invitations")
    see_the_friends_card(friend, tale)
    see_publication(story, patient, window)
    see_messages(story, friend)
    until(installation.is_ready)


def see_the_visit(story: Story, window: OpenWindow, patient: Window) -> None:
    """Reception books, notes the arrival, registers; the board and the referrer's page follow at once."""
    desk = window(story.tale.desk_language, DESK)
    log_in_staff(desk, LAN, "staff")
    assert desk.count("#tasks a.btn[href='/admin/requests']") == 1
    story.see_board(desk, 0)
    visit_id = story.book(desk)
    story.see_board(desk, 1)
    story.arrive(desk, visit_id)
    story.see_board(desk, 2)
    story.see_halves(patient, 1, "invitations-half")
    desk.open("/admin/visits")
    story.register(desk, visit_id)
    story.see_board(desk, 3, "board")
    desk.open(f"/admin/patients/{story.friend_id()}", "patient")


def see_the_friends_card(friend: Window, tale: Tale) -> None:
    """The friend is a member now, with the points of her bill and her first badge."""
    log_in_patient(friend, tale.phone)
    assert friend.count(".tcard.t1") == 1
    assert friend.number(".tcard-pts") == EARNED
    friend.open("/badges")
    assert friend.count(".bgrid li") - friend.count(".bgrid .bd-locked") == 1


def see_publication(story: Story, patient: Window, window: OpenWindow) -> None:
    """The manager publishes last month; everybody may read it, and members see it in the portal."""
    manager = window(story.tale.desk_language, DESK)
    log_in_staff(manager, MANAGER)
    month = story.publish(manager, WAITING)
    anybody = window(story.tale.language)
    anybody.open(f"/b/{month}", "public-board")
    assert FIRST_PLACE in anybody.text(".pod .n1")
    assert WAITING in anybody.text()
    patient.open("/leaderboard", "leaderboard")
    assert FIRST_PLACE in patient.text(".pod .n1")


def see_messages(story: Story, friend: Window) -> None:
    """The worker has delivered what was queued, to each in her own language and to nobody else."""
    tale, friend_id = story.tale, story.friend_id()
    until(lambda: all(row.sent_at for row in story.messages(friend_id)))
    sent = story.messages(friend_id)
    assert {row.step for row in sent} == {
        "appointment-requested", "visit-booked", "points-earned", "tier-reached",
    }  # fmt: skip
    assert {row.language for row in sent} == {tale.language}
    received = messages_of(friend, tale.phone)
    assert len(received) == len(sent) + 1, "and the log-in code, which belongs to a phone, not to a person"
    thanks = [row for row in story.messages(story.referrer_id) if row.step == "referral-advanced"]
    assert {(row.language, row.values["points"]) for row in thanks[-2:]} == {(tale.language, HALF)}
    received += messages_of(friend, PEOPLE[tale.referrer].phone)[:2]
    assert [text for text in received if not written_in(tale.language, text)] == []
    friend.look("outbox")
