"""What the product stands on, asked one after the other; an answer is "ok" or says what is missing."""

from datetime import datetime, timedelta
from functools import lru_cache
from time import monotonic

from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from loyalty.activity.models import JobRun
from web.config import ROOT
from web.extensions import db
from web.redis import breaker, redis_client

MIGRATIONS = ROOT / "migrations"


def report(app: Flask, now: datetime) -> dict[str, str]:
    """The state of each thing, for load balancers and operators; never a secret or an address."""
    try:
        found = {"database": "ok", "migrations": _migrations(), "jobs": _jobs(app, now)}
    except SQLAlchemyError:
        db.session.rollback()
        found = {"database": "no answer", "migrations": "unknown", "jobs": "unknown"}
    return {**found, "redis": _redis(app)}


def _migrations() -> str:
    connection = db.session.connection()
    if not db.inspect(connection).has_table("alembic_version"):
        return "missing"
    current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return "ok" if current == current_head() else "behind"


@lru_cache(maxsize=1)
def current_head() -> str:
    """The newest migration's number, as ``migrations/.current-head`` names it."""
    return (MIGRATIONS / ".current-head").read_text().strip()


def _jobs(app: Flask, now: datetime) -> str:
    latest = db.session.scalar(select(func.max(JobRun.started_at)))
    oldest = now - timedelta(seconds=app.config["BEAT_MAX_AGE_SECONDS"])
    return "ok" if latest is not None and latest >= oldest else "none lately"


def _redis(app: Flask) -> str:
    from redis import RedisError  # pages that queue nothing start without it

    client = redis_client(app)
    try:
        answered = client is not None and client.ping()
    except RedisError:
        breaker(app).failed(monotonic())
        answered = False
    return "ok" if answered else "no answer"
