"""Handing new messages to the queue after a commit. Losing Redis loses nothing: a sweep finds the rows."""

from collections.abc import Sequence
from time import monotonic

import structlog
from flask import current_app

from web.redis import breaker, redis_client

QUEUE = "messages"
JOB = "jobs.messages.deliver_messages"
JOB_TTL_SECONDS = 600

log = structlog.get_logger(__name__)


def after_commit(message_ids: Sequence[int]) -> None:
    """Enqueue the delivery of messages that a commit has just made lasting; a missing Redis is no error."""
    if not message_ids:
        return
    client = redis_client(current_app)
    if client is None:
        return
    from redis import RedisError
    from rq import Queue  # half the start-up time of a page that queues nothing

    try:
        queue = Queue(QUEUE, connection=client, serializer="json")
        queue.enqueue(JOB, list(message_ids), result_ttl=0, failure_ttl=JOB_TTL_SECONDS)
    except RedisError as error:
        breaker(current_app).failed(monotonic())
        log.warning("messages not enqueued", count=len(message_ids), fault=type(error).__name__)
