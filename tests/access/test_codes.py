"""One-time codes in the database: what is stored, how long and how often they work, how many are sent."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.access.models import LoginCode
from loyalty.access.operations import code_text, count_try, request_code, verify_code
from loyalty.clinic.operations import change_setting
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.refusal import Refusal
from tests.support.cast import NOON, person

PHONE = "+84903123456"
SECRET = "a secret of the server"
BROWSER = "browser one"
HOME = "203.0.113.5"


@pytest.fixture(autouse=True)
def mai(session: Session, clinic: None) -> None:
    person(session, "Mai", phone=PHONE)


def ask(session: Session, *, now: datetime = NOON, phone: str = "0903 123 456", **more: str) -> str:
    """Ask for a code as the page does; gives the code."""
    asked = request_code(
        session,
        phone_text=phone,
        browser_token=more.get("browser", BROWSER),
        address=more.get("address", HOME),
        now=now,
        secret=SECRET,
    )
    session.commit()
    return code_text(session.get_one(LoginCode, asked.login_code_id), SECRET)


def give(session: Session, code: str, *, now: datetime = NOON, browser: str = BROWSER) -> str:
    """Type a code as the page does: the try is committed before it is judged."""
    attempt = count_try(session, browser_token=browser, address=HOME, now=now)
    session.commit()
    phone = verify_code(session, attempt=attempt, code=code, now=now, secret=SECRET)
    session.commit()
    return phone


def refusal(session: Session, code: str, **more: object) -> Refusal:
    with pytest.raises(Refusal) as refused:
        give(session, code, **more)  # type: ignore[arg-type]
    session.rollback()
    return refused.value


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_gives_the_phone_once(session: Session) -> None:
    code = ask(session)
    assert give(session, code) == PHONE
    assert refusal(session, code).code == "code_dead"


def test_no_table_holds_the_code(session: Session) -> None:
    code = ask(session)
    row = session.execute(select(LoginCode.__table__)).one()
    assert code not in " ".join(str(value) for value in row)


def test_a_wrong_code_says_how_many_tries_are_left_and_the_fifth_kills(session: Session) -> None:
    code = ask(session)
    for left in (4, 3, 2, 1):
        found = refusal(session, wrong(code))
        assert (found.code, found.params) == ("code_wrong", {"tries_left": left})
    assert refusal(session, wrong(code)).code == "code_dead"
    assert refusal(session, code).code == "code_dead"


def test_a_code_lives_ten_minutes(session: Session) -> None:
    code = ask(session)
    assert refusal(session, code, now=NOON + timedelta(minutes=10)).code == "code_expired"
    again = ask(session, now=NOON + timedelta(minutes=11))
    assert give(session, again, now=NOON + timedelta(minutes=20)) == PHONE


def test_a_code_is_bound_to_the_browser_that_asked(session: Session) -> None:
    code = ask(session)
    assert refusal(session, code, browser="another browser").code == "code_foreign"
    ask(session, now=NOON + timedelta(minutes=2), phone="+84903999999", browser="another browser")
    assert (
        refusal(session, code, browser="another browser", now=NOON + timedelta(minutes=2)).code
        == "code_wrong"
    )


def test_a_new_code_replaces_the_one_before(session: Session) -> None:
    first = ask(session)
    second = ask(session, now=NOON + timedelta(minutes=2))
    assert refusal(session, first, now=NOON + timedelta(minutes=2)).code == "code_wrong"
    assert give(session, second, now=NOON + timedelta(minutes=2)) == PHONE


def test_an_unknown_phone_costs_the_same_rows_and_opens_nothing(session: Session) -> None:
    code = ask(session, phone="+84903999999")
    assert refusal(session, code).code == "code_wrong"


def test_an_unreadable_phone_is_refused(session: Session) -> None:
    with pytest.raises(Refusal) as refused:
        ask(session, phone="12")
    assert refused.value.code == "phone_unreadable"


def _count_sent(session: Session, moments: list[datetime], **more: str) -> int:
    sent = 0
    for moment in moments:
        try:
            ask(session, now=moment, **more)
            sent += 1
        except Refusal:
            session.rollback()
    return sent


def test_a_phone_gets_one_code_a_minute_five_an_hour_ten_a_day(session: Session) -> None:
    assert _count_sent(session, [NOON + timedelta(seconds=second) for second in range(0, 59, 10)]) == 1
    assert _count_sent(session, [NOON + timedelta(minutes=minute) for minute in range(1, 60)]) == 4
    assert _count_sent(session, [NOON + timedelta(minutes=minute) for minute in range(61, 600)]) == 5


def test_the_limit_of_one_phone_leaves_others_alone(session: Session) -> None:
    ask(session)
    ask(session, phone="+84903999999")


def test_an_address_cannot_ask_for_ever_new_phones(session: Session) -> None:
    sent = 0
    for number in range(60):
        sent += _count_sent(session, [NOON], phone=f"+8490300{number:04d}", address=f"203.0.113.{number}")
    assert sent == 30
    assert _count_sent(session, [NOON], phone="+84903888888", address="198.51.100.1") == 1


def test_the_daily_budget_counts_messages_not_made_up_numbers(session: Session) -> None:
    change_setting(session, key="access.codes_per_day", text="1", actor=SYSTEM, now=NOON)
    ask(session, phone="+84903999999")
    ask(session)
    with pytest.raises(Refusal) as refused:
        ask(session, phone="+84903888888")
    assert refused.value.code == "codes_exhausted"
