"""C5, C6, C12, C13: who gets a message, on which channel and in which language."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from loyalty.clinic.operations import change_setting
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import make_engine
from loyalty.messaging.operations import Claimed, queue_login_code
from loyalty.messaging.rules import Rejected, allowed, choose_channel
from loyalty.patients.models import Patient
from tests.support.acting import commit
from tests.support.cast import NOON, person
from tests.support.posting import agree, claim, finish, message, queue

CHILD = {"birth_date": date(2015, 3, 1)}


def skipped(session: Session, message_id: int) -> str | None:
    """The reason for which a message is skipped when its turn comes."""
    assert claim(session, message_id) == "skipped"
    row = message(session, message_id)
    assert (row.state, row.text) == ("skipped", None)
    return row.reason


def sent_to(session: Session, message_id: int) -> tuple[str, str, str]:
    claimed = claim(session, message_id)
    assert isinstance(claimed, Claimed)
    return claimed.channel, claimed.recipient, claimed.language


def test_c13_preferred_channel_first(session: Session, an: Patient) -> None:
    an.preferred_channel, an.email = "email", "an@example.org"
    assert sent_to(session, queue(session, an)) == ("email", "an@example.org", "vi")


def test_c13_then_the_countrys_order(session: Session, an: Patient) -> None:
    assert sent_to(session, queue(session, an))[:2] == ("zalo", an.phone)


def test_c13_next_one_with_an_address(session: Session, an: Patient) -> None:
    an.phone, an.email, an.preferred_channel = None, "an@example.org", "sms"
    assert sent_to(session, queue(session, an))[0] == "email"


def test_c13_none_left(session: Session, an: Patient) -> None:
    an.phone = None
    assert skipped(session, queue(session, an)) == "no_channel"


@pytest.mark.parametrize("reason", ["deceased", "blocked", "merged"])
def test_c13_some_get_nothing(session: Session, an: Patient, reason: str) -> None:
    other = person(session, "Chi")
    message_id = queue(session, an, purpose="marketing")
    agree(session, an, "marketing")
    change = {"deceased": ("deceased_on", NOON.date()), "blocked": ("blocked_at", NOON)}
    name, value = change.get(reason, ("merged_into_id", other.id))
    setattr(an, name, value)
    commit(session)
    assert skipped(session, message_id) == reason


def test_c13_a_minor_without_guardian_gets_nothing(session: Session, an: Patient) -> None:
    child = person(session, "Bé Na", **CHILD)
    assert skipped(session, queue(session, child)) == "minor_without_guardian"


def test_c13_a_minors_messages_go_to_the_guardian(session: Session, an: Patient) -> None:
    an.language = "zh"
    child = person(session, "Bé Na", guardian_id=an.id, **CHILD)
    child.language = None
    assert sent_to(session, queue(session, child)) == ("zalo", an.phone, "zh")


def test_c13_a_guardian_who_died_is_none(session: Session, an: Patient) -> None:
    child = person(session, "Bé Na", guardian_id=an.id, **CHILD)
    an.deceased_on = NOON.date()
    assert skipped(session, queue(session, child)) == "minor_without_guardian"


@pytest.mark.parametrize(
    ("own", "guardians", "spoken"), [("ru", "zh", "ru"), (None, "zh", "zh"), (None, None, "vi")]
)
def test_c12_language(
    session: Session, an: Patient, own: str | None, guardians: str | None, spoken: str
) -> None:
    an.language = guardians
    mother = person(session, "Bà Tư", guardian_id=an.id)
    mother.language = own
    commit(session)
    assert sent_to(session, queue(session, mother))[2] == spoken


@pytest.mark.parametrize("values", [{}, {"points": None}])
def test_c12_a_missing_value_stops_the_message(
    session: Session, an: Patient, values: dict[str, object]
) -> None:
    assert skipped(session, queue(session, an, values=values)) == "missing_value"


def test_c5_marketing_needs_a_consent(session: Session, an: Patient) -> None:
    assert skipped(session, queue(session, an, purpose="marketing")) == "no_consent"


def test_c5_marketing_after_a_consent(session: Session, an: Patient) -> None:
    agree(session, an, "marketing")
    assert sent_to(session, queue(session, an, purpose="marketing"))[0] == "zalo"


def test_c5_opting_out_of_marketing_does_not_stop_care(session: Session, an: Patient) -> None:
    agree(session, an, "marketing", granted=False)
    assert skipped(session, queue(session, an, "a", purpose="marketing")) == "opted_out"
    assert sent_to(session, queue(session, an, "b"))[0] == "zalo"


def test_c5_withdrawing_care_stops_care(session: Session, an: Patient) -> None:
    agree(session, an, "care", granted=False)
    assert skipped(session, queue(session, an)) == "opted_out"


def test_c5_consent_is_per_channel(session: Session, an: Patient) -> None:
    agree(session, an, "marketing", channel="sms")
    assert sent_to(session, queue(session, an, purpose="marketing"))[0] == "sms"


@pytest.mark.parametrize(
    ("acts", "reason"),
    [
        ([], "no_consent"),
        ([("any", True)], None),
        ([("sms", True), ("any", False)], "opted_out"),
        ([("any", False), ("sms", True)], None),
        ([("email", True)], "no_consent"),
    ],
)
def test_c5_the_latest_word_counts(acts: list[tuple[str, bool]], reason: str | None) -> None:
    assert allowed("marketing", "sms", acts) == reason


@pytest.mark.parametrize(
    ("order", "chosen"),
    [(["call", "sms"], "sms"), (["email"], None), ([], None)],
)
def test_c13_only_channels_with_an_address(order: Sequence[str], chosen: str | None) -> None:
    assert choose_channel(order, {"sms": "+84"}, "care", [])[0] == chosen


def test_c6_an_opt_out_before_sending_counts(session: Session, an: Patient) -> None:
    agree(session, an, "marketing")
    message_id = queue(session, an, purpose="marketing")
    agree(session, an, "marketing", granted=False)
    assert skipped(session, message_id) == "opted_out"


def test_c6_the_cap_counts_the_clinics_month(session: Session, an: Patient) -> None:
    agree(session, an, "marketing")
    change_setting(session, key="messages.marketing_cap_per_month", text="1", actor=SYSTEM, now=NOON)
    finish(session, claim(session, queue(session, an, "a", purpose="marketing")))
    assert skipped(session, queue(session, an, "b", purpose="marketing")) == "cap"
    december = NOON + timedelta(days=14)
    assert isinstance(claim(session, queue(session, an, "c", purpose="marketing"), december), Claimed)


def test_c6_the_cap_holds_for_workers_at_once(session: Session, an: Patient, database_url: str) -> None:
    agree(session, an, "marketing")
    change_setting(session, key="messages.marketing_cap_per_month", text="1", actor=SYSTEM, now=NOON)
    waiting = [queue(session, an, anchor, purpose="marketing") for anchor in range(6)]
    session.rollback()
    engine = make_engine(database_url)

    def one_worker(message_id: int) -> str:
        with Session(engine) as mine:
            claimed = claim(mine, message_id)
            return "claimed" if isinstance(claimed, Claimed) else str(claimed)

    with ThreadPoolExecutor(6) as workers:
        ends = Counter(workers.map(one_worker, waiting))
    engine.dispose()
    assert ends == {"claimed": 1, "skipped": 5}


def test_c5_the_cap_does_not_count_care(session: Session, an: Patient) -> None:
    change_setting(session, key="messages.marketing_cap_per_month", text="0", actor=SYSTEM, now=NOON)
    assert isinstance(claim(session, queue(session, an)), Claimed)


def test_c6_what_nobody_received_does_not_use_up_the_cap(session: Session, an: Patient) -> None:
    agree(session, an, "marketing")
    change_setting(session, key="messages.marketing_cap_per_month", text="1", actor=SYSTEM, now=NOON)
    refused = claim(session, queue(session, an, "a", purpose="marketing"))
    finish(session, refused, Rejected("unknown_number", permanent=True))
    assert isinstance(claim(session, queue(session, an, "b", purpose="marketing")), Claimed)


def test_a_login_code_goes_out_and_is_kept_masked(session: Session, an: Patient) -> None:
    message_id = queue_login_code(
        session, login_code_id=1, phone="+84901234567", language="ru", now=NOON,
        expires_at=NOON + timedelta(minutes=10),
    )  # fmt: skip
    assert message_id is not None
    commit(session)
    claimed = claim(session, message_id)
    assert isinstance(claimed, Claimed)
    assert claimed.text == "[ru] 123456"
    assert message(session, message_id).text == "[ru] ••••••"


@pytest.mark.parametrize(("code_id", "minutes"), [(2, 0), (1, 10)])
def test_a_used_or_old_login_code_is_not_sent(
    session: Session, an: Patient, code_id: int, minutes: int
) -> None:
    message_id = queue_login_code(
        session, login_code_id=code_id, phone="+84901234567", language="ru", now=NOON,
        expires_at=NOON + timedelta(minutes=10),
    )  # fmt: skip
    assert message_id is not None
    commit(session)
    assert claim(session, message_id, NOON + timedelta(minutes=minutes)) == "expired"
