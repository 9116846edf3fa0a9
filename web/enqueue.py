"""Handing work to the queue after a commit. Losing Redis loses nothing: a sweep finds the rows."""

from collections.abc import Sequence
from time import monotonic
from typing import Any

import structlog
from flask import current_app

from web.redis import breaker, redis_client

QUEUE = "messages"
JOB = "jobs.messages.deliver_messages"
JOB_TTL_SECONDS = 600
#: A queue with a worker of its own: an import takes minutes, and log-in codes must not wait behind it.
IMPORT_QUEUE = "imports"
IMPORT_JOB = "jobs.imports.run_import"
IMPORT_SECONDS = 4 * 3600

log = structlog.get_logger(__name__)


def after_commit(message_ids: Sequence[int]) -> None:
    """Enqueue the delivery of messages that a commit has just made lasting; a missing Redis is no error."""
    if message_ids:
        _hand_over(QUEUE, JOB, list(message_ids))


def start_import(batch_id: int) -> bool:
    """Enqueue an import whose start has been committed; False without Redis: then the sweep finds it."""
    return _hand_over(IMPORT_QUEUE, IMPORT_JOB, batch_id, job_timeout=IMPORT_SECONDS)


def _hand_over(queue: str, job: str, argument: Any, **options: int) -> bool:
    client = redis_client(current_app)
    if client is None:
        return False
    from redis import RedisError
    from rq import Queue  # half the start-up time of a page that queues nothing

    try:
        waiting = Queue(queue, connection=client, serializer="json")
        waiting.enqueue(job, argument, result_ttl=0, failure_ttl=JOB_TTL_SECONDS, **options)
    except RedisError as error:
        breaker(current_app).failed(monotonic())
        log.warning("not enqueued", job=job, fault=type(error).__name__)
        return False
    return True
