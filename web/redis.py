"""The application's connection to Redis, with a breaker: pages never wait long for a server that is gone."""

from time import monotonic
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    import redis

CONNECT_SECONDS = 0.2
ANSWER_SECONDS = 0.5
REST_SECONDS = 5.0
_KEY = "liana-redis"


class Breaker:
    """After a failure nobody asks again for a few seconds."""

    def __init__(self) -> None:
        self._closed_again_at = 0.0

    def failed(self, moment: float) -> None:
        self._closed_again_at = moment + REST_SECONDS

    def lets_through(self, moment: float) -> bool:
        return moment >= self._closed_again_at


def init_redis(app: Flask) -> None:
    app.extensions[_KEY] = (Breaker(), [])


def breaker(app: Flask) -> Breaker:
    found: Breaker = app.extensions[_KEY][0]
    return found


def redis_client(app: Flask) -> "redis.Redis | None":
    """A client that answers or fails within half a second; None while the breaker is open."""
    guard, made = app.extensions[_KEY]
    if not guard.lets_through(monotonic()):
        return None
    if not made:
        import redis

        made.append(
            redis.Redis.from_url(
                app.config["REDIS_URL"],
                socket_connect_timeout=CONNECT_SECONDS,
                socket_timeout=ANSWER_SECONDS,
            )
        )
    client: redis.Redis = made[0]
    return client
