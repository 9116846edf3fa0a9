"""The ways out of the house: one protocol for providers, and the scripted gateway that stands for the phones.

Providers of a country come with later issues. Outside production the scripted gateway is used; production
without a chosen gateway sends nothing and says so on the health page, messages stay queued meanwhile.
"""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

from flask import Flask
from sqlalchemy import Connection, Engine, func, insert, select

from loyalty.kernel import clock
from loyalty.kernel.database import table_of
from loyalty.messaging.models import Delivery
from loyalty.messaging.operations import Claimed
from loyalty.messaging.rules import EMAIL, Accepted, Outcome, Rejected, Retry, Unknown
from web.extensions import db

SCRIPTED = "fake"
SLOW_SECONDS = 15.0
LIMIT_SECONDS = 30
_DELIVERIES = table_of(Delivery)


class Gateway(Protocol):
    """Hands a message to a provider. Called in no transaction; never raises for what a provider does."""

    def send(self, message: Claimed) -> Outcome: ...


def chosen_gateway(config: Mapping[str, Any]) -> str | None:
    """The gateway's name: the setting GATEWAY, else the scripted one outside production, else none."""
    named = config.get("GATEWAY")
    if named:
        return str(named) if named in GATEWAYS else None
    return None if config.get("PRODUCTION") else SCRIPTED


def gateway_of(app: Flask) -> Gateway | None:
    """The application's gateway, or None where sending must not start. Needs an application context."""
    name = chosen_gateway(app.config)
    return None if name is None else GATEWAYS[name](app)


class ScriptedGateway:
    """Answers by the last three digits of the recipient, and keeps the truth of what phones received.

    001 accepted, 002 permanent refusal, 003 twice temporary then accepted, 004 accepted and the connection
    reset, 005 slow, 006 asked to come later once; all others accepted. For e-mail the signs before the @
    count, and a second mail of the same key is the same mail, as mailboxes that know its Message-ID see it.
    """

    def __init__(self, engine: Engine, *, slow_seconds: float = SLOW_SECONDS) -> None:
        self._engine = engine
        self._slow_seconds = slow_seconds
        self._script: Mapping[str, Callable[[Claimed], Outcome]] = {
            "002": self._refuse,
            "003": self._fail_twice,
            "004": self._accept_and_reset,
            "005": self._accept_slowly,
            "006": self._limit_once,
        }

    def send(self, message: Claimed) -> Outcome:
        if message.channel == EMAIL and self._count(message, "accepted"):
            return Accepted(_provider_id(message))
        return self._script.get(message.recipient.partition("@")[0][-3:], self._accept)(message)

    def _accept(self, message: Claimed) -> Outcome:
        self._log(message, "accepted")
        return Accepted(_provider_id(message))

    def _refuse(self, message: Claimed) -> Outcome:
        self._log(message, "refused")
        return Rejected("unknown_number", permanent=True)

    def _fail_twice(self, message: Claimed) -> Outcome:
        if self._count(message, "temporary") >= 2:
            return self._accept(message)
        self._log(message, "temporary")
        return Rejected("unreachable", permanent=False)

    def _accept_and_reset(self, message: Claimed) -> Outcome:
        self._accept(message)
        return Unknown("connection_reset")

    def _accept_slowly(self, message: Claimed) -> Outcome:
        time.sleep(self._slow_seconds)
        return self._accept(message)

    def _limit_once(self, message: Claimed) -> Outcome:
        if self._count(message, "limited"):
            return self._accept(message)
        self._log(message, "limited")
        return Retry("rate_limited", timedelta(seconds=LIMIT_SECONDS))

    def _count(self, message: Claimed, outcome: str) -> int:
        query = select(func.count()).where(
            _DELIVERIES.c.message_key == message.key, _DELIVERIES.c.outcome == outcome
        )
        with self._own_connection() as connection:
            return int(connection.scalar(query) or 0)

    def _log(self, message: Claimed, outcome: str) -> None:
        row = {
            "message_key": message.key,
            "channel": message.channel,
            "recipient": message.recipient,
            "text": message.text,
            "outcome": outcome,
            "at": clock.now(),
        }
        with self._own_connection() as connection, connection.begin():
            connection.execute(insert(_DELIVERIES), row)

    def _own_connection(self) -> Connection:
        """A connection of its own: the phones know nothing of the programme's transactions."""
        return self._engine.connect()


def _provider_id(message: Claimed) -> str:
    return f"fake-{message.id}"


def _scripted(app: Flask) -> Gateway:
    return ScriptedGateway(db.engine, slow_seconds=app.config["FAKE_SLOW_SECONDS"])


GATEWAYS: Mapping[str, Callable[[Flask], Gateway]] = {SCRIPTED: _scripted}
