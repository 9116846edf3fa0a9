"""Opened invite links, counted in Redis and carried over to the database by a job (F2).

An insert a hit would make the busiest public page the dearest one. Losing Redis loses at most the counts
since the last hand-over, never a referral: that stands on the claim itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING

from flask import current_app
from werkzeug.datastructures import Headers

from web.redis import breaker, redis_client

if TYPE_CHECKING:
    import redis

COUNTS = "liana:invite-clicks"
TAKEN = "liana:invite-clicks:taken"

#: Parts of the names with which messengers, search engines and scripts introduce themselves.
_PREVIEWERS = (
    "bot", "crawl", "spider", "preview", "facebookexternalhit", "facebookcatalog", "whatsapp/", "vkshare",
    "skypeuripreview", "embedly", "iframely", "metainspector", "pinterest/", "headless", "lighthouse",
    "bytespider", "curl/", "wget/", "python-", "go-http-client", "okhttp", "java/", "libwww", "httpclient",
)  # fmt: skip
_PREFETCH = ("Purpose", "X-Purpose", "Sec-Purpose", "X-Moz")


def opened_by_person(method: str, headers: Headers) -> bool:
    """Whether a request looks like a person's: no HEAD, no prefetch, no link previewer's or script's name."""
    if method != "GET":
        return False
    if any(word in headers.get(name, "").lower() for name in _PREFETCH for word in ("prefetch", "preview")):
        return False
    agent = headers.get("User-Agent", "").lower()
    return bool(agent) and not any(name in agent for name in _PREVIEWERS)


def count_click(code_id: int, day: date) -> None:
    """Add one to a code's clicks of a local day; without a Redis that answers, quietly nothing."""
    client = redis_client(current_app)
    if client is None:
        return
    from redis import RedisError

    try:
        client.hincrby(COUNTS, f"{code_id}:{day.isoformat()}", 1)
    except RedisError:
        breaker(current_app).failed(monotonic())


@contextmanager
def clicks_to_save(client: "redis.Redis") -> Iterator[dict[tuple[int, date], int]]:
    """The counts since the last hand-over, by code and day; forgotten once the block ends without an error.

    Renaming first means that clicks coming in meanwhile are kept for the next time, and that what a killed
    job had taken is taken again.
    """
    if not client.exists(TAKEN) and client.exists(COUNTS):
        client.rename(COUNTS, TAKEN)
    yield {_parsed(field): int(count) for field, count in _fields(client).items()}
    client.delete(TAKEN)


def _fields(client: "redis.Redis") -> dict[str, str]:
    found: dict[bytes | str, bytes | str] = client.hgetall(TAKEN)
    return {_text(field): _text(count) for field, count in found.items()}


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _parsed(field: str) -> tuple[int, date]:
    code_id, _, day = field.partition(":")
    return int(code_id), date.fromisoformat(day)
