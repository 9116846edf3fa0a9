"""The scripted gateway answers by the recipient's last digits and keeps the truth of what arrived."""

from collections.abc import Iterator
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from jobs.gateways import GATEWAYS, ScriptedGateway, chosen_gateway
from loyalty.kernel.database import make_engine
from loyalty.messaging.models import Delivery
from loyalty.messaging.operations import Claimed
from loyalty.messaging.rules import Accepted, Outcome, Rejected, Retry, Unknown

ACCEPTED = Accepted("fake-1")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


def sms(recipient: str, channel: str = "sms", key: str = "1:thanks:visit:1:1") -> Claimed:
    return Claimed(1, "claim", key, "thanks", channel, recipient, "en", "Thank you")


def outcomes(session: Session) -> list[str]:
    return list(session.scalars(select(Delivery.outcome).order_by(Delivery.id)))


@pytest.mark.parametrize(
    ("digits", "answers", "truth"),
    [
        ("001", [ACCEPTED], ["accepted"]),
        ("777", [ACCEPTED], ["accepted"]),
        ("002", [Rejected("unknown_number", permanent=True)], ["refused"]),
        (
            "003",
            [*[Rejected("unreachable", permanent=False)] * 2, ACCEPTED],
            ["temporary", "temporary", "accepted"],
        ),
        ("004", [Unknown("connection_reset")], ["accepted"]),
        ("006", [Retry("rate_limited", timedelta(seconds=30)), ACCEPTED], ["limited", "accepted"]),
    ],
)
def test_answers_by_the_last_digits(
    engine: Engine, session: Session, digits: str, answers: list[Outcome], truth: list[str]
) -> None:
    gateway = ScriptedGateway(engine)
    assert [gateway.send(sms(f"+84900000{digits}")) for _ in answers] == answers
    assert outcomes(session) == truth


def test_005_is_slow(engine: Engine) -> None:
    before = monotonic()
    assert ScriptedGateway(engine, slow_seconds=0.2).send(sms("+84900000005")) == ACCEPTED
    assert monotonic() - before >= 0.2


def test_c8_a_mail_under_the_same_key_arrives_once(engine: Engine, session: Session) -> None:
    gateway, mail = ScriptedGateway(engine), sms("an004@example.org", "email")
    assert gateway.send(mail) == Unknown("connection_reset")
    assert gateway.send(mail) == ACCEPTED
    assert outcomes(session) == ["accepted"]


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({}, "fake"),
        ({"PRODUCTION": True}, None),
        ({"PRODUCTION": True, "GATEWAY": "fake"}, "fake"),
        ({"GATEWAY": "no such one"}, None),
    ],
)
def test_production_never_uses_the_scripted_one_by_itself(
    config: dict[str, object], name: str | None
) -> None:
    assert chosen_gateway(config) == name
    assert name is None or name in GATEWAYS
