"""The people of one tale in their windows, and what they do there."""

from dataclasses import dataclass

from playwright.sync_api import expect
from sqlalchemy import select

from demo.load import ZONE
from loyalty.badges.queries import awards
from loyalty.clinic.queries import services
from loyalty.kernel.clock import clinic_calendar
from loyalty.kernel.clock import now as clock_now
from loyalty.messaging.models import Message
from loyalty.patients.queries import patients_with_phone, stats
from loyalty.points.queries import available, next_expiry
from loyalty.referrals.queries import code_of
from tests.e2e.installation import Installation, e164
from tests.e2e.window import Window
from web.formats import day

CALENDAR = clinic_calendar(ZONE)
TIERS = ("member", "silver", "gold", "black")
MILESTONES = (1, 3, 5, 8)
#: Registration is free with the newcomer pack, the examination a fifth cheaper, the blood panel as it is.
BILL = ("registration", "dental-examination", "blood-panel")
GROSS, DUE = 1_200_000, 1_060_000
EARNED = DUE // 10_000
HALF = 50


@dataclass(frozen=True)
class Tale:
    """Who sends whom, and what the friend's coming makes of the referrer."""

    language: str
    referrer: str
    friend: str
    phone: str
    tier_before: str
    tier_after: str
    new_badges: int
    desk_language: str


@dataclass(frozen=True)
class Standing:
    """What the database knows of the referrer."""

    points: int
    helped: int
    badges: int
    last_day: str


class Story:
    """One tale on one installation."""

    def __init__(self, tale: Tale, installation: Installation) -> None:
        self.tale, self.installation = tale, installation
        self.referrer_id = installation.patient_id(tale.referrer)

    def standing(self) -> Standing:
        """The referrer's points, friends and badges, and the day on which her next points end."""
        today = CALENDAR.day_of(clock_now())
        with self.installation.session() as session:
            row, ending = stats(session, self.referrer_id), next_expiry(session, self.referrer_id, today)
            assert row is not None
            assert ending is not None
            return Standing(
                points=available(session, self.referrer_id, today),
                helped=row.referral_count,
                badges=len(awards(session, self.referrer_id)),
                last_day=" ".join(day(ending[1], "medium", self.tale.language).split()),
            )

    def code(self) -> str:
        """The referrer's invite code."""
        with self.installation.session() as session:
            found = code_of(session, self.referrer_id)
        assert found is not None
        return found.code

    def friend_id(self) -> int:
        """The friend's record, once she has claimed."""
        with self.installation.session() as session:
            (found,) = patients_with_phone(session, e164(self.tale.phone))
            assert found.name == self.tale.friend
            return found.id

    def see_membership(self, window: Window, tier: str, name: str = "") -> None:
        """The patient's home and badges say what the database knows: card, both ways, milestones."""
        known = self.standing()
        window.open("/", name)
        assert window.count(f".tcard.t{TIERS.index(tier) + 1}") == 1
        assert window.number(".tcard-pts") == known.points
        assert known.last_day in window.text(".tcard-sub")
        assert window.count(".ways .way progress") == 2
        assert str(known.helped) in window.text("#ms")
        assert window.count(".track .node.done") == sum(needed <= known.helped for needed in MILESTONES)
        assert window.count(".track .node.next") == 1
        window.open("/badges", f"{name}-badges" if name else "")
        assert window.count(".bgrid li") - window.count(".bgrid .bd-locked") == known.badges

    def see_invitation(self, window: Window) -> str:
        """The envelope, ready words, the code to scan and cards to print; gives the link."""
        link = f"{window.url}/i/{self.code()}"
        window.open("/invite", "invite")
        assert window.count(".hero svg") == 1
        assert window.count(".gc") == 2
        assert window.count(f".linkbox [data-copy='{link}']") == 1
        first = window.text("#words .caption")
        other = window.page.locator("#words nav a").nth(1)
        other.click()
        expect(other).to_have_attribute("aria-current", "true")
        assert window.text("#words .caption") != first
        window.look()
        window.open("/invite/code", "invite-qr")
        assert window.count(".vch-q svg") == 1
        window.open("/invite/cards", "invite-cards")
        assert window.count(".pcard svg") >= 2
        return link

    def see_halves(self, window: Window, halves: int, name: str = "") -> None:
        """The referrer's page of her friends shows this friend by name, as she allowed."""
        window.open("/invitations", name)
        row = window.page.locator("li.pad", has=window.page.get_by_text(self.tale.friend, exact=True))
        expect(row.locator(".amt")).to_have_text(f"+{halves * HALF}")
        expect(row.locator(".step.on")).to_have_count(4)
        expect(row.locator(".step.half")).to_have_count(int(halves == 1))

    def claim(self, window: Window, link: str) -> None:
        """The friend opens the link and asks for an appointment tomorrow morning."""
        window.open(link, "landing")
        assert window.count(".fr-hero h1") == 1
        window.fill(name=self.tale.friend, phone=self.tale.phone)
        window.page.locator("label:has(input[name=wished_on])").first.click()
        window.page.locator("label:has(input[name=part_of_day][value=morning])").click()
        for consent in ("care", "referral"):
            assert not window.page.locator(f"#{consent}").is_checked()
            window.page.locator(f"#{consent}").check()
        window.send("phone", "thanks")
        assert window.path == f"/i/{self.code()}/thanks", f"{window.path}: {window.text()}"
        assert window.count(".vch-q svg") == 1

    def book(self, window: Window) -> int:
        """Reception answers the request with a time today; gives the visit's id."""
        window.open("/admin/requests", "requests")
        row = window.page.locator(
            "li[id^=request-]", has=window.page.get_by_text(self.tale.friend, exact=True)
        )
        window.press(row.locator("a.btn"), "book")
        window.fill(day=CALENDAR.day_of(clock_now()).isoformat(), time="23:59")
        window.send("day", "visit")
        return int(window.path.rpartition("/")[2])

    def arrive(self, window: Window, visit_id: int) -> None:
        """The row of the day's list is swapped in place and offers the next step."""
        window.open("/admin/visits", "visits")
        address = window.path
        window.page.locator(f"#visit-{visit_id} form button").click()
        expect(window.page.locator(f"#visit-{visit_id} a.btn")).to_be_visible()
        window.look()
        assert window.path == address

    def register(self, window: Window, visit_id: int) -> None:
        """Services, the quote that follows them, payment of all that is due."""
        with self.installation.session() as session:
            ids = {service.code: service.id for service in services(session)}
        window.press(f"#visit-{visit_id} a.btn", "register")
        for line, code in enumerate(BILL):
            window.page.locator(f"#lines-{line}-service").select_option(str(ids[code]))
        figures = window.page.locator("#quote dl dd")
        expect(figures).to_have_count(3)
        shown = [digits(text) for text in window.texts("#quote dl dd")]
        assert shown == [GROSS, GROSS - DUE, DUE]
        window.look("register-quote")
        window.send("paid", "registered")
        assert window.path == f"/admin/visits/{visit_id}/registered"

    def see_board(self, window: Window, column: int, name: str = "") -> None:
        """The friend's card stands in this column of the referral board and in no other."""
        window.open("/admin/referrals", name)
        own = window.page.get_by_role("link", name=self.tale.friend, exact=True)
        columns = window.page.locator(".board .col")
        expect(columns).to_have_count(4)
        for number in range(4):
            expect(columns.nth(number).locator("a").and_(own)).to_have_count(int(number == column))

    def publish(self, window: Window, nickname: str) -> str:
        """The manager decides the waiting nickname and publishes last month; gives the month."""
        window.open("/admin/leaderboards", "leaderboards")
        window.press(window.page.locator("tbody a.btn:not(.line)"), "leaderboard-draft")
        month = window.path.rpartition("/")[2]
        approve = window.page.locator("form", has=window.page.locator("[name=decision][value=approve]"))
        assert approve.locator("[name=seen]").get_attribute("value") == nickname
        window.press(approve.locator("button"))
        window.page.locator("#publish summary").click()
        window.press("#publish .confirm-b button", "leaderboard-published")
        assert window.count("#publish") == 0
        assert window.count(f"a[href='/b/{month}']") == 1
        return month

    def messages(self, patient_id: int, after: int = 0) -> list[Message]:
        """The messages to a patient that were queued after the one with this id."""
        query = select(Message).where(Message.patient_id == patient_id, Message.id > after)
        with self.installation.session() as session:
            return list(session.scalars(query.order_by(Message.id)))


def digits(text: str) -> int:
    """An amount as it is shown, in whole đồng."""
    return int("".join(sign for sign in text if sign.isdecimal()))
