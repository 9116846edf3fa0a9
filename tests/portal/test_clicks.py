"""Counted clicks on their way from Redis to the table."""

from datetime import date

import pytest
import redis
from flask import Flask

from web.clicks import COUNTS, clicks_to_save, count_click

DAY = date(2026, 11, 17)


def _count(app: Flask, code_id: int) -> None:
    with app.app_context():
        count_click(code_id, DAY)


def test_counts_are_handed_over_once(app: Flask, redis_url: str) -> None:
    for code_id in (7, 7, 8):
        _count(app, code_id)
    with redis.Redis.from_url(redis_url) as client:
        with clicks_to_save(client) as counts:
            assert counts == {(7, DAY): 2, (8, DAY): 1}
        with clicks_to_save(client) as counts:
            assert counts == {}


def test_what_could_not_be_saved_is_taken_again(app: Flask, redis_url: str) -> None:
    _count(app, 7)
    with redis.Redis.from_url(redis_url) as client:
        with pytest.raises(RuntimeError), clicks_to_save(client):
            raise RuntimeError("the database is away")
        _count(app, 7)
        with clicks_to_save(client) as counts:
            assert counts == {(7, DAY): 1}
        with clicks_to_save(client) as counts:
            assert counts == {(7, DAY): 1}
        assert not client.exists(COUNTS)
