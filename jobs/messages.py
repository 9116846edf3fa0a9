"""Sending: claim in one transaction, call the gateway in none, record the end in another (C8)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic

import structlog

from jobs.context import application, job_context, reading
from jobs.failpoints import reach
from jobs.gateways import Gateway, gateway_of
from jobs.wording import WORDING
from loyalty.kernel import clock
from loyalty.messaging.operations import Claimed, claim_message, finish_message, release_stale
from loyalty.messaging.queries import due_messages

log = structlog.get_logger(__name__)

#: How long one job goes on; the sweep takes the rest. RQ would cut it off in the middle of a message.
LONGEST_SECONDS = 100.0
NOT_TAKEN = "not_taken"
LEFT = "left"
NO_GATEWAY = "no_gateway"
ERROR = "error"


def deliver_messages(message_ids: list[int]) -> dict[str, int]:
    """Send these messages if they are due and nobody else has them; gives how many ended in which state."""
    with application() as app:
        return dict(_deliver_all(message_ids, gateway_of(app), None))


def send_due(*, now: datetime | None = None, limit: int = 200) -> dict[str, int]:
    """Send what is due, whoever queued it, and free what dead workers held: the sweep that needs no Redis."""
    with application() as app:
        gateway = gateway_of(app)
        lease = timedelta(seconds=app.config["MESSAGE_LEASE_SECONDS"])
        moment = now or clock.now()
        with job_context(now=moment, job="release-stale") as session:
            counts = Counter(release_stale(session, now=moment, lease=lease, limit=limit))
        with reading() as session:
            waiting = due_messages(session, now=moment, limit=limit)
        counts.update(_deliver_all(waiting, gateway, now))
        return {state: count for state, count in counts.items() if count}


def _deliver_all(message_ids: Iterable[int], gateway: Gateway | None, now: datetime | None) -> Counter[str]:
    ids = list(message_ids)
    if gateway is None:
        log.warning("no gateway is configured, messages stay queued", waiting=len(ids))
        return Counter({NO_GATEWAY: len(ids)})
    counts: Counter[str] = Counter()
    end = monotonic() + LONGEST_SECONDS
    for number, message_id in enumerate(ids):
        if monotonic() > end:
            counts[LEFT] = len(ids) - number
            break
        counts[_deliver_safely(message_id, gateway, now)] += 1
    return counts


def _deliver_safely(message_id: int, gateway: Gateway, now: datetime | None) -> str:
    """One message that cannot be worked out must not hold up those behind it; health shows it as stuck."""
    try:
        return _deliver(message_id, gateway, now)
    except Exception:
        log.exception("message left as it is", message=message_id)
        return ERROR


def _deliver(message_id: int, gateway: Gateway, now: datetime | None) -> str:
    reach("before_claim")
    moment = now or clock.now()
    with job_context(now=moment, message=message_id) as session:
        claimed = claim_message(session, message_id=message_id, wording=WORDING, now=moment)
    if not isinstance(claimed, Claimed):
        return claimed or NOT_TAKEN
    reach("after_claim")
    outcome = gateway.send(claimed)
    reach("after_gateway")
    moment = now or clock.now()
    with job_context(now=moment, message=message_id) as session:
        state = finish_message(
            session, message_id=message_id, claim=claimed.claim, outcome=outcome, now=moment
        )
    reach("after_finish")
    log.info("message", message=message_id, step=claimed.step, channel=claimed.channel, state=state)
    return state or NOT_TAKEN
