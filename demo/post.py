"""What happened to the messages of the last days: sent, but to the number that does not exist any more.

Messages of the last two hours stay queued: the worker sends them as soon as it runs.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from jobs.wording import WORDING
from loyalty.messaging.models import Message
from loyalty.messaging.operations import TO_SEND, Claimed, claim_message, finish_message
from loyalty.messaging.queries import due_messages
from loyalty.messaging.rules import Accepted, Outcome, Rejected

FRESH = timedelta(hours=2)
_TAKES = timedelta(seconds=20)
_BATCH = 500
_GONE = "002"


def deliver_past(session: Session, now: datetime) -> int:
    """Carry every message that was due more than two hours ago to its end; how many there were."""
    done = 0
    for message in _due(session, now - FRESH):
        moment = message.due_at + _TAKES
        claimed = claim_message(session, message_id=message.id, wording=WORDING, now=moment)
        if isinstance(claimed, Claimed):
            finish_message(
                session,
                message_id=claimed.id,
                claim=claimed.claim,
                outcome=_answer(claimed),
                now=moment + _TAKES,
            )
        done += 1
    # The rest is the sweep's: nothing is handed to the queue from here.
    session.info.pop(TO_SEND, None)
    return done


def _due(session: Session, until: datetime) -> Iterator[Message]:
    while ids := due_messages(session, now=until, limit=_BATCH):
        yield from (session.get_one(Message, message_id, populate_existing=True) for message_id in ids)


def _answer(claimed: Claimed) -> Outcome:
    if claimed.recipient.endswith(_GONE):
        return Rejected("unknown_number", permanent=True)
    return Accepted(f"demo-{claimed.id}")
