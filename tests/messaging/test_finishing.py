"""C7, C8: what becomes of a message once it was handed over, and what people decide when nobody knows."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.messaging import queries
from loyalty.messaging.operations import TO_SEND, decide_uncertain, release_stale
from loyalty.messaging.rules import Rejected, Retry, Unknown, pause_before_next
from loyalty.patients.models import Patient
from tests.support.acting import commit
from tests.support.cast import NOON
from tests.support.posting import LATER, claim, finish, message, queue

LEASE = timedelta(minutes=1)
BUSY = Rejected("busy", permanent=False)
BROKEN = Unknown("connection_reset")


def by_mail(session: Session, patient: Patient) -> None:
    patient.preferred_channel, patient.email = "email", "an@example.org"
    commit(session)


def in_doubt(session: Session, patient: Patient, **more: object) -> int:
    message_id = queue(session, patient, **more)
    finish(session, claim(session, message_id), BROKEN)
    return message_id


def test_accepted_is_sent(session: Session, an: Patient) -> None:
    message_id = queue(session, an)
    assert finish(session, claim(session, message_id)) == "sent"
    row = message(session, message_id)
    assert (row.state, row.provider_id, row.sent_at, row.attempts) == ("sent", "p-1", NOON, 1)
    assert row.text == "[vi] points-earned 10"


def test_a_permanent_refusal_fails_at_once(session: Session, an: Patient) -> None:
    message_id = queue(session, an)
    assert finish(session, claim(session, message_id), Rejected("unknown_number", permanent=True)) == "failed"
    assert message(session, message_id).reason == "unknown_number"


def test_a_temporary_one_is_tried_again_after_growing_pauses(session: Session, an: Patient) -> None:
    message_id = queue(session, an)
    now, pauses = NOON, []
    for _ in range(6):
        assert finish(session, claim(session, message_id, now), BUSY, now) == "queued"
        row = message(session, message_id)
        pauses.append(row.due_at - now)
        assert claim(session, message_id, row.due_at - timedelta(seconds=1)) is None
        now = row.due_at
    expected = [0, 30, 120, 600, 1800, 1800]
    for pause, seconds in zip(pauses, expected, strict=True):
        assert seconds <= pause.total_seconds() <= seconds * 1.2
    assert message(session, message_id).attempts == 6


def test_the_provider_may_ask_for_a_longer_pause() -> None:
    hour = timedelta(hours=1)
    assert pause_before_next(1, hour, 0.0) == hour
    assert pause_before_next(4, timedelta(0), 0.0) == timedelta(minutes=10)
    assert pause_before_next(99, timedelta(0), 0.5) == timedelta(minutes=33)


def test_tries_end_with_the_messages_time(session: Session, an: Patient) -> None:
    message_id = queue(session, an, expires_at=NOON + timedelta(minutes=1))
    assert (
        finish(session, claim(session, message_id), Retry("rate_limited", timedelta(minutes=5))) == "expired"
    )
    assert message(session, message_id).reason == "rate_limited"


def test_c3_a_message_whose_time_is_over_is_dropped(session: Session, an: Patient) -> None:
    message_id = queue(session, an, expires_at=LATER)
    assert claim(session, message_id, LATER) == "skipped"
    assert message(session, message_id).reason == "too_late"


def test_a_message_is_not_sent_before_its_time(session: Session, an: Patient) -> None:
    message_id = queue(session, an, due_at=LATER)
    assert claim(session, message_id) is None
    assert queries.due_messages(session, now=NOON, limit=10) == []
    assert queries.due_messages(session, now=LATER, limit=10) == [message_id]


def test_c8_only_one_of_two_workers_gets_it(session: Session, an: Patient) -> None:
    message_id = queue(session, an)
    claimed = claim(session, message_id)
    assert claim(session, message_id) is None
    assert finish(session, claimed) == "sent"
    assert finish(session, claimed) is None


def test_c8_an_sms_in_doubt_is_never_repeated_by_itself(session: Session, an: Patient) -> None:
    message_id = in_doubt(session, an)
    assert message(session, message_id).state == "uncertain"
    assert queries.due_messages(session, now=NOON + timedelta(days=30), limit=10) == []
    assert [row.id for row in queries.uncertain_messages(session)] == [message_id]
    assert queries.uncertain_count(session) == 1


def test_c8_an_email_in_doubt_is_tried_again_under_its_key(session: Session, an: Patient) -> None:
    by_mail(session, an)
    message_id = queue(session, an)
    claimed = claim(session, message_id)
    assert finish(session, claimed, BROKEN) == "queued"
    again = claim(session, message_id, LATER)
    assert again.key == claimed.key  # type: ignore[union-attr]
    assert finish(session, again) == "sent"


@pytest.mark.parametrize(("channel", "state"), [("sms", "uncertain"), ("email", "queued")])
def test_c8_the_claim_of_a_dead_worker_ends(session: Session, an: Patient, channel: str, state: str) -> None:
    by_mail(session, an)
    an.preferred_channel = channel
    message_id = queue(session, an)
    claim(session, message_id)
    assert not any(release_stale(session, now=NOON + LEASE, lease=LEASE, limit=10).values())
    after = NOON + LEASE + timedelta(seconds=1)
    assert release_stale(session, now=after, lease=LEASE, limit=10)[state] == 1
    commit(session)
    row = message(session, message_id)
    assert (row.state, row.reason) == (state, "worker_died")
    assert not any(release_stale(session, now=after, lease=LEASE, limit=10).values())


def test_c8_an_answer_that_comes_late_clears_the_doubt(session: Session, an: Patient) -> None:
    message_id = queue(session, an)
    claimed = claim(session, message_id)
    release_stale(session, now=LATER, lease=LEASE, limit=10)
    commit(session)
    assert finish(session, claimed, now=LATER) == "sent"
    assert message(session, message_id).state == "sent"


def test_c8_staff_send_again(session: Session, an: Patient) -> None:
    message_id = in_doubt(session, an)
    session.info.pop(TO_SEND)
    decide_uncertain(session, message_id=message_id, send_again=True, actor=Actor("staff", 7), now=LATER)
    assert session.info.pop(TO_SEND) == [message_id]
    commit(session)
    assert message(session, message_id).state == "queued"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "message.sent_again")).one()
    assert (entry.actor_id, entry.patient_id, entry.object_id) == (7, an.id, str(message_id))
    assert finish(session, claim(session, message_id, LATER)) == "sent"


def test_c8_staff_leave_it(session: Session, an: Patient) -> None:
    message_id = in_doubt(session, an)
    decide_uncertain(session, message_id=message_id, send_again=False, actor=Actor("staff", 7), now=LATER)
    commit(session)
    row = message(session, message_id)
    assert (row.state, row.reason) == ("failed", "unconfirmed")
    assert queries.uncertain_messages(session) == []


@pytest.mark.parametrize("send_again", [True, False])
def test_c8_the_second_decision_is_refused(session: Session, an: Patient, send_again: bool) -> None:
    message_id = in_doubt(session, an)
    decide_uncertain(session, message_id=message_id, send_again=True, actor=Actor("staff", 7), now=LATER)
    commit(session)
    with pytest.raises(Refusal, match="not_uncertain"):
        decide_uncertain(
            session, message_id=message_id, send_again=send_again, actor=Actor("staff", 8), now=LATER
        )


def test_c8_what_is_too_late_is_not_sent_again(session: Session, an: Patient) -> None:
    message_id = in_doubt(session, an, expires_at=LATER)
    with pytest.raises(Refusal, match="message_too_late"):
        decide_uncertain(session, message_id=message_id, send_again=True, actor=Actor("staff", 7), now=LATER)
    assert session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.actor_id == 7)) == 0


def test_c7_every_message_stands_in_one_state_and_skips_have_reasons(session: Session, an: Patient) -> None:
    finish(session, claim(session, queue(session, an, "a")))
    in_doubt(session, an, anchor="b")
    claim(session, queue(session, an, "c", values={}))
    claim(session, queue(session, an, "d", purpose="marketing"))
    queue(session, an, "e")
    counts = {state: count for state, count in queries.counts_by_state(session).items() if count}
    assert counts == {"queued": 1, "sent": 1, "skipped": 2, "uncertain": 1}
    reasons = [row.reason for row in queries.message_list(session, state="skipped")]
    assert reasons == ["no_consent", "missing_value"]


def test_lists_are_paged_newest_first(session: Session, an: Patient) -> None:
    ids = [queue(session, an, anchor) for anchor in "abc"]
    assert [row.id for row in queries.message_list(session, limit=2)] == [ids[2], ids[1]]
    assert [row.id for row in queries.message_list(session, before=ids[1])] == [ids[0]]
    assert queries.message_list(session, state="sent") == []
    [row] = queries.message_list(session, patient_id=an.id, step="points-earned", limit=1)
    assert (row.patient_name, row.state) == ("Nguyễn Thị An", "queued")
