"""A clinic in Ho Chi Minh City with helpers and friends, put straight into the tables."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from loyalty.clinic.models import Staff
from loyalty.clinic.operations import set_up_clinic
from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.clock import Month
from loyalty.kernel.events import settle
from loyalty.kernel.localized import LocalizedText
from loyalty.leaderboard import operations, queries
from loyalty.leaderboard.models import Board
from loyalty.patients.models import Consent, Patient
from loyalty.referrals.models import Referral

NOVEMBER = Month(2026, 11)
FIRST_OF_DECEMBER = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


class Clinic:
    """What the tests of the leaderboard do with a clinic; every act is committed."""

    def __init__(self, session: Session, timezone: str = "Asia/Ho_Chi_Minh") -> None:
        self.session = session
        self._numbers = count(1)
        set_up_clinic(
            session,
            name=LocalizedText.of("An Nhiên"),
            country="VN",
            timezone=timezone,
            currency="VND",
            language="vi",
            actor=SYSTEM,
            now=FIRST_OF_DECEMBER,
        )
        director = Staff(
            email="director@annhien.vn", name="Director", role="manager", created_at=FIRST_OF_DECEMBER
        )
        session.add(director)
        session.flush()
        self.director = Actor("staff", director.id)
        self.save()

    def save(self) -> None:
        settle(self.session, {}, FIRST_OF_DECEMBER)
        self.session.commit()

    def patient(self, name: str = "Nguyễn Thị Mai", *, listed: bool = True, **facts: object) -> int:
        """A patient who wants to be on the board, or never said so."""
        number = next(self._numbers)
        patient = Patient(
            card_number=f"{number:08d}",
            name=name,
            search_name=name.casefold(),
            created_at=FIRST_OF_DECEMBER,
            changed_at=FIRST_OF_DECEMBER,
            **facts,
        )
        self.session.add(patient)
        self.session.flush()
        patient_id = patient.id
        if listed:
            self.consent(patient_id, True)
        self.save()
        return patient_id

    def consent(self, patient_id: int, granted: bool, *, at: datetime = FIRST_OF_DECEMBER) -> None:
        """A patient's act of consent, with what follows from it for published boards."""
        self.session.add(
            Consent(
                patient_id=patient_id,
                purpose="leaderboard",
                channel="any",
                granted=granted,
                at=at,
                source="portal",
                wording="2026-01",
            )
        )
        self.session.flush()
        operations.review_visibility(self.session, patient_id=patient_id, now=at)
        self.save()

    def helped(self, referrer_id: int, *instants: datetime, **facts: object) -> list[int]:
        """A qualified referral of a new friend for each instant; their ids."""
        referrals = []
        for instant in instants or (datetime(2026, 11, 15, 3, 0, tzinfo=UTC),):
            friend = self.patient("Friend", listed=False)
            referral = Referral(
                referrer_id=referrer_id,
                friend_id=friend,
                origin="link",
                attributed_at=instant - timedelta(days=2),
                qualified_at=instant,
                expires_at=instant + timedelta(days=178),
                terms={},
                **{"stage": "qualified", **facts},
            )
            self.session.add(referral)
            referrals.append(referral)
        self.session.flush()
        ids = [referral.id for referral in referrals]
        self.save()
        return ids

    def reverse(self, referral_id: int) -> None:
        change = {"stage": "reversed", "ended_at": FIRST_OF_DECEMBER + timedelta(days=3)}
        self.session.execute(update(Referral).where(Referral.id == referral_id).values(change))
        self.save()

    def draft(self, month: Month = NOVEMBER, *, now: datetime = FIRST_OF_DECEMBER) -> Board:
        board = operations.draft_board(self.session, month=month, actor=SYSTEM, now=now)
        self.save()
        return board

    def publish(self, month: Month = NOVEMBER, *, now: datetime = FIRST_OF_DECEMBER) -> Board:
        board = operations.publish_board(self.session, month=month, actor=self.director, now=now)
        self.save()
        return board

    def nickname(
        self, patient_id: int, nickname: str, *, real_name_allowed: bool = False, approve: bool | None = True
    ) -> None:
        """A nickname that staff approved, refused or (None) have not looked at."""
        operations.propose_nickname(
            self.session,
            patient_id=patient_id,
            nickname=nickname,
            real_name_allowed=real_name_allowed,
            actor=Actor("patient", patient_id),
            now=FIRST_OF_DECEMBER,
        )
        if approve is not None:
            self.decide(patient_id, approve)
        self.save()

    def decide(self, patient_id: int, approve: bool, **wording: str) -> None:
        operations.decide_nickname(
            self.session,
            patient_id=patient_id,
            approve=approve,
            actor=self.director,
            now=FIRST_OF_DECEMBER,
            **wording,
        )
        self.save()

    def standings(self, month: Month = NOVEMBER) -> list[tuple[int, int, int]]:
        """(rank, patient, score) as staff see them."""
        rows = queries.review_rows(self.session, month)
        return [(row.rank, row.patient_id, row.score) for row in rows]

    def public(self, month: Month = NOVEMBER) -> list[tuple[int, str, int]]:
        """(rank, name, score) as everybody sees them; the board must be there."""
        found = queries.published(self.session, month)
        assert found is not None
        return [(row.rank, row.shown_name, row.score) for row in found.rows]


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return Clinic(session)


@pytest.fixture
def clinic_in(session: Session) -> Callable[[str], Clinic]:
    """The clinic, set up in a time zone of the test's choice."""
    return lambda timezone: Clinic(session, timezone)
