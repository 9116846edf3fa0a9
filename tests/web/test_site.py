"""Health, the installed app's files and the demo's outbox."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.activity.models import JobRun
from loyalty.clinic.models import Staff
from loyalty.kernel.clock import now as clock_now
from loyalty.messaging.models import Delivery
from tests.support.visitor import Visitor
from web import readiness


def test_the_process_answers_without_anything_else(visitor: Visitor, app: Flask) -> None:
    app.config["REDIS_URL"] = "unix:///nowhere.sock"
    assert visitor.get("/healthz").response.json == {"status": "ok"}


def test_readiness_names_what_is_missing(
    visitor: Visitor, app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_migrations", lambda: "ok")
    found = visitor.get("/readyz", status=503).response.json
    assert found == {
        "status": "not ready",
        "database": "ok",
        "migrations": "ok",
        "jobs": "none lately",
        "redis": "ok",
    }
    session.add(JobRun(name="send-messages", slot="1", started_at=clock_now() - timedelta(seconds=50)))
    session.commit()
    assert visitor.get("/readyz").response.json["status"] == "ok"  # type: ignore[index]
    app.config["REDIS_URL"] = "unix:///nowhere.sock"
    app.extensions["liana-redis"][1].clear()
    assert visitor.get("/readyz", status=503).response.json["redis"] == "no answer"  # type: ignore[index]


@pytest.mark.usefixtures("clinic")
def test_the_manifest_carries_the_clinics_name(visitor: Visitor) -> None:
    manifest = json.loads(visitor.get("/manifest.webmanifest").response.text)
    assert manifest["name"] == "An Nhiên"
    assert manifest["start_url"] == "/"
    for icon in manifest["icons"]:
        visitor.get(icon["src"])


def test_the_service_worker_may_look_after_the_whole_site(visitor: Visitor) -> None:
    answer = visitor.get("/sw.js").response
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_robots_stay_outside(visitor: Visitor) -> None:
    assert visitor.get("/robots.txt").response.text == "User-agent: *\nDisallow: /\n"


def test_the_outbox_shows_what_the_phones_received_by_phone(
    visitor: Visitor, session: Session, lan: Staff
) -> None:
    for number, (phone, text) in enumerate(
        [("+84900000001", "one"), ("+84900000002", "two"), ("+84900000001", "three")]
    ):
        session.add(
            Delivery(
                message_key=str(number),
                channel="sms",
                recipient=phone,
                text=text,
                outcome="accepted",
                at=datetime(2026, 11, 22, 1, number, tzinfo=UTC),
            )
        )
    session.commit()
    page = visitor.get("/demo/outbox")
    assert page.texts("h2")[1:] == ["+84900000001", "+84900000002"]
    texts = page.texts("section .li .grow > span.blk")
    assert texts == ["three", "one", "two"]
    assert len(page.text("span.code")) == 6
    assert page.response.headers["X-Robots-Tag"] == "noindex"


def test_the_outbox_shows_codes_of_nobody_real_and_is_not_there_in_production(
    app: Flask, visitor: Visitor, session: Session, lan: Staff
) -> None:
    session.get_one(Staff, lan.id).email = "lan@annhien.vn"
    session.commit()
    assert visitor.get("/demo/outbox").texts("span.code") == []
    app.config["DEMO"] = False
    visitor.get("/demo/outbox", status=404)
