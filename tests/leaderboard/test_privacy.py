"""Who is named on a board, and how a name leaves it (B3, B6, F15)."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.database import make_engine
from loyalty.kernel.events import settle
from loyalty.leaderboard import operations, queries, rules
from loyalty.leaderboard.models import BoardRow
from loyalty.patients.models import Consent
from tests.leaderboard.conftest import FIRST_OF_DECEMBER, NOVEMBER, Clinic

NOON = datetime(2026, 11, 15, 5, 0, tzinfo=UTC)
LATER = FIRST_OF_DECEMBER + timedelta(days=5)


def published(clinic: Clinic) -> None:
    clinic.draft()
    clinic.publish()


def test_b6_only_who_opted_in_is_listed_and_ranks_stay(clinic: Clinic) -> None:
    silent, mai = clinic.patient("Silent Sam", listed=False), clinic.patient("Mai Lan")
    clinic.nickname(silent, "Quiet One")
    clinic.helped(silent, NOON, NOON)
    clinic.helped(mai)
    published(clinic)
    assert clinic.public() == [(2, "M. L.", 1)]
    board = queries.published(clinic.session, NOVEMBER)
    assert board is not None
    assert (board.friends_total, board.helpers_total) == (3, 2)
    stored = clinic.session.execute(select(BoardRow.shown_name, BoardRow.is_listed).order_by(BoardRow.rank))
    assert [tuple(row) for row in stored] == [(None, False), ("M. L.", True)]


def test_b6_the_latest_word_on_consent_counts(clinic: Clinic) -> None:
    left, back = clinic.patient("Left"), clinic.patient("Back", listed=False)
    clinic.consent(left, False)
    for granted in (True, False, True):
        clinic.consent(back, granted)
    clinic.helped(left, NOON)
    clinic.helped(back, NOON)
    published(clinic)
    assert clinic.public() == [(1, "B.", 1)]


def test_b6_no_draft_holds_a_name(clinic: Clinic) -> None:
    mai = clinic.patient()
    clinic.nickname(mai, "Blue Sea")
    clinic.helped(mai)
    clinic.draft()
    assert queries.published(clinic.session, NOVEMBER) is None
    assert queries.own_place(clinic.session, NOVEMBER, mai) is None
    assert clinic.session.scalars(select(BoardRow.shown_name)).all() == [None]


@pytest.mark.parametrize("facts", [{"deceased_on": date(2026, 11, 20)}, {"guardian_id": 1}])
def test_b6_dependants_and_the_deceased_are_never_named(clinic: Clinic, facts: dict[str, object]) -> None:
    mai = clinic.patient("Mai Lan")
    child = clinic.patient("Child", **facts)
    clinic.helped(child, NOON, NOON)
    clinic.helped(mai)
    published(clinic)
    assert clinic.public() == [(2, "M. L.", 1)]


def test_b6_names_in_four_scripts(clinic: Clinic) -> None:
    names = {
        "Nguyễn Thị Ánh": "N. T. Á.",
        "王 小明": "王. 小.",
        "Мария Петрова": "М. П.",
        "Emma Clarke": "E. C.",
    }
    for day, name in enumerate(names):
        clinic.helped(clinic.patient(name), NOON + timedelta(days=day))
    published(clinic)
    assert [row[1] for row in clinic.public()] == list(names.values())


def test_b6_everybody_learns_her_own_place_alone(clinic: Clinic) -> None:
    silent, mai, nobody = clinic.patient(listed=False), clinic.patient(), clinic.patient()
    clinic.helped(silent, NOON, NOON)
    clinic.helped(mai)
    published(clinic)
    places = [queries.own_place(clinic.session, NOVEMBER, one) for one in (silent, mai, nobody)]
    assert places == [(1, 2, None), (2, 1, "N. T. M."), None]


def test_b6_the_public_query_is_one_statement_and_carries_no_hidden_name(clinic: Clinic) -> None:
    for number in range(5):
        patient = clinic.patient(f"Hidden Person{number}", listed=number == 3)
        clinic.nickname(patient, f"Nickname {number}")
        clinic.helped(patient, NOON)
    published(clinic)
    clinic.session.connection()
    statements: list[str] = []
    event.listen(clinic.session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    board = queries.published(clinic.session, NOVEMBER)
    assert board is not None
    assert len(statements) == 1
    assert "patients" not in statements[0]
    assert [row._asdict() for row in board.rows] == [
        {"rank": 1, "shown_name": "Nickname 3", "score": 1, "title": rules.AMBASSADOR}
    ]


def test_b3_withdrawing_takes_the_name_off_at_once_and_for_good(clinic: Clinic) -> None:
    mai, chi = clinic.patient("Mai"), clinic.patient("Chi")
    clinic.helped(mai, NOON, NOON)
    clinic.helped(chi, NOON)
    published(clinic)
    before = queries.published(clinic.session, NOVEMBER)
    clinic.consent(mai, False, at=LATER)
    assert clinic.public() == [(2, "C.", 1)]
    after = queries.published(clinic.session, NOVEMBER)
    assert before is not None
    assert after is not None
    assert after.version > before.version
    assert queries.own_place(clinic.session, NOVEMBER, mai) == (1, 2, None)
    row = clinic.session.scalars(select(BoardRow).where(BoardRow.patient_id == mai)).one()
    assert (row.shown_name, row.is_listed, row.withdrawn_at) == (None, False, LATER)

    clinic.consent(mai, True, at=LATER)
    assert clinic.public() == [(2, "C.", 1)]
    [entry] = clinic.session.scalars(select(AuditEntry).where(AuditEntry.action == "leaderboard.withdrawn"))
    assert (entry.patient_id, entry.after) == (mai, {"boards": [row.board_id]})


def test_b3_consent_given_again_counts_for_drafts(clinic: Clinic) -> None:
    mai = clinic.patient("Mai")
    clinic.helped(mai)
    clinic.draft()
    clinic.consent(mai, False)
    assert [row.shown_name for row in queries.review_rows(clinic.session, NOVEMBER)] == [None]
    clinic.consent(mai, True)
    clinic.publish()
    assert clinic.public() == [(1, "M.", 1)]


def test_b3_reviewing_a_patient_who_is_on_no_board_changes_nothing(clinic: Clinic) -> None:
    nobody = clinic.patient(listed=False)
    assert operations.review_visibility(clinic.session, patient_id=nobody, now=LATER) == 0


def test_b3_who_withdraws_while_a_manager_publishes_is_not_named(clinic: Clinic, database_url: str) -> None:
    mai = clinic.patient("Mai")
    clinic.helped(mai)
    clinic.draft()
    operations.publish_board(clinic.session, month=NOVEMBER, actor=clinic.director, now=FIRST_OF_DECEMBER)
    begun = Event()
    leaving = Thread(target=withdraw, args=(database_url, mai, begun))
    leaving.start()
    begun.wait(10)
    leaving.join(0.3)
    clinic.save()
    leaving.join()
    assert clinic.public() == []


def withdraw(url: str, patient_id: int, begun: Event) -> None:
    engine = make_engine(url)
    with Session(engine) as session:
        begun.set()
        session.add(
            Consent(
                patient_id=patient_id,
                purpose="leaderboard",
                channel="any",
                granted=False,
                at=LATER,
                source="portal",
                wording="2026-01",
            )
        )
        session.flush()
        operations.review_visibility(session, patient_id=patient_id, now=LATER)
        settle(session, {}, LATER)
        session.commit()
    engine.dispose()


def test_b6_staff_see_names_consents_and_doubts(clinic: Clinic) -> None:
    mai, sam = clinic.patient("Trần Mai"), clinic.patient("Sam Silent", listed=False)
    clinic.nickname(mai, "Blue Sea")
    clinic.decide(mai, True, change_to="Sea")
    clinic.helped(mai, NOON, is_flagged=True, flags=["same_device", "similar_name"])
    clinic.helped(mai, NOON, is_flagged=True, flags=["many"], cleared_at=NOON)
    clinic.helped(sam)
    clinic.draft()
    first, second = queries.review_rows(clinic.session, NOVEMBER)
    assert asdict(first) == {
        "patient_id": mai,
        "position": 1,
        "rank": 1,
        "score": 2,
        "title": rules.AMBASSADOR,
        "real_name": "Trần Mai",
        "nickname": "Blue Sea",
        "changed_to": "Sea",
        "nickname_state": rules.APPROVED,
        "real_name_allowed": False,
        "consent_given": True,
        "shown_name": "Sea",
        "withdrawn_at": None,
        "flags": ("same_device", "similar_name"),
        "corrections": 0,
    }
    assert (second.real_name, second.consent_given, second.nickname_state, second.shown_name) == (
        "Sam Silent",
        False,
        None,
        None,
    )
    assert queries.review_rows(clinic.session, NOVEMBER.plus(1)) == []
