"""What becomes lasting and what is undone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Response, abort, flash
from flask import session as cookie
from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.activity.operations import record
from loyalty.kernel import clock
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.refusal import Refusal
from loyalty.messaging.models import Message
from loyalty.messaging.operations import queue_message
from loyalty.patients.models import Patient
from tests.support.visitor import Visitor, seen
from web import transactions
from web.access import public
from web.extensions import csrf, db
from web.transactions import commits, commits_in_steps, own_transaction, transaction

Ending = Callable[[], Any]


def write(session: Session, action: str) -> None:
    record(session, actor=SYSTEM, action=action, object_kind="test", now=clock.now())


def _fail() -> Any:
    raise ZeroDivisionError


def _refuse() -> Any:
    raise Refusal("unknown_code")


@pytest.fixture
def acts(app: Flask) -> Iterator[Flask]:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    endings: dict[str, Ending] = {
        "well": lambda: "done",
        "invalid": lambda: ("no", 422),
        "forbidden": lambda: abort(403),
        "broken": _fail,
        "refused": _refuse,
    }
    for name, ending in endings.items():
        app.add_url_rule(f"/t/{name}", f"t.{name}", _act(name, ending), methods=["POST"])
    return app


def _act(name: str, ending: Ending) -> Callable[[], Response]:
    @csrf.exempt
    @public
    @commits
    def act() -> Any:
        write(db.session(), name)
        return ending()

    return act


def actions(session: Session) -> list[str]:
    return seen(session, select(AuditEntry.action).where(AuditEntry.object_kind == "test"))


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize(
    ("name", "status", "kept"),
    [
        ("well", 200, ["well"]),
        ("invalid", 422, []),
        ("forbidden", 403, []),
        ("broken", 500, []),
        ("refused", 409, []),
    ],
)
def test_only_what_went_well_is_kept(
    visitor: Visitor, session: Session, name: str, status: int, kept: list[str]
) -> None:
    visitor.post(f"/t/{name}", {}, status=status)
    assert actions(session) == kept


def test_reading_never_commits(app: Flask, visitor: Visitor, session: Session) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @commits
    def reads() -> str:
        write(db.session(), "sneaky")
        return "done"

    app.add_url_rule("/t/reads", "t.reads", public(reads))
    visitor.get("/t/reads", status=500)
    assert actions(session) == []


def test_what_is_written_beside_a_refused_act_stays(app: Flask, visitor: Visitor, session: Session) -> None:
    @csrf.exempt
    @public
    @commits
    def act() -> tuple[str, int]:
        write(db.session(), "undone")
        with own_transaction() as beside:
            write(beside, "kept")
        return "no", 409

    app.add_url_rule("/t/beside", "t.beside", act, methods=["POST"])
    visitor.post("/t/beside", {}, status=409)
    assert actions(session) == ["kept"]


def test_steps_are_committed_one_by_one(app: Flask, visitor: Visitor, session: Session) -> None:
    @csrf.exempt
    @public
    @commits_in_steps
    def act() -> tuple[str, int]:
        with transaction() as first:
            write(first, "first")
        try:
            with transaction() as second:
                write(second, "second")
                raise Refusal("unknown_code")
        except Refusal:
            return "no", 409

    app.add_url_rule("/t/steps", "t.steps", act, methods=["POST"])
    visitor.post("/t/steps", {}, status=409)
    assert actions(session) == ["first"]


def test_messages_are_enqueued_after_the_one_commit_and_never_for_what_was_undone(
    app: Flask, visitor: Visitor, session: Session, mai: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen_order: list[object] = []
    monkeypatch.setattr(transactions, "after_commit", seen_order.append)

    def act_with(status: int) -> Any:
        @csrf.exempt
        @public
        @commits
        def act() -> tuple[str, int]:
            queue_message(
                db.session(),
                patient_id=mai.id,
                step="tier-reached",
                anchor=f"t:{status}",
                values={},
                now=clock.now(),
            )
            event.listen(
                db.session(), "after_commit", lambda _session: seen_order.append("commit"), once=True
            )
            return "done", status

        return act

    for status in (409, 200):
        app.add_url_rule(f"/t/m{status}", f"t.m{status}", act_with(status), methods=["POST"])
    for status in (409, 200):
        visitor.post(f"/t/m{status}", {}, status=status)
    ids = seen(session, select(Message.id))
    assert seen_order == ["commit", ids]


def test_a_dead_redis_is_no_error_and_is_not_asked_again_at_once(app: Flask) -> None:
    from time import monotonic

    from web.enqueue import after_commit
    from web.redis import redis_client

    app.config["REDIS_URL"] = "unix:///nowhere/at/all.sock"
    with app.app_context():
        started = monotonic()
        after_commit([1])
        assert redis_client(app) is None
        after_commit([2])
        assert monotonic() - started < 1


def test_ids_reach_the_queue_as_json(app: Flask) -> None:
    from rq import Queue

    from web.enqueue import JOB, QUEUE, after_commit
    from web.redis import redis_client

    with app.app_context():
        after_commit([3, 5])
        jobs = Queue(QUEUE, connection=redis_client(app), serializer="json").jobs
    assert [(job.func_name, list(job.args)) for job in jobs] == [(JOB, [[3, 5]])]


class _Deadlock(Exception):
    sqlstate = "40P01"


@pytest.mark.parametrize(
    "clash",
    [IntegrityError("", None, Exception("taken")), OperationalError("", None, _Deadlock("each waits"))],
)
def test_who_meets_somebody_else_looks_once_more(app: Flask, session: Session, clash: DBAPIError) -> None:
    """Two clicks at once: the second runs again, finds what the first has done, and says so once."""
    runs = []

    @csrf.exempt
    @public
    @commits
    def act() -> Any:
        runs.append(len(runs))
        write(db.session(), f"run {len(runs)}")
        flash("Saved.")
        if len(runs) == 1:
            raise clash
        return {"said": [text for _, text in cookie["_flashes"]]}

    app.add_url_rule("/t/again", "t.again", act, methods=["POST"])
    answer = app.test_client().post("/t/again")
    assert (answer.status_code, answer.json) == (200, {"said": ["Saved."]})
    assert actions(session) == ["run 2"]


def test_who_meets_somebody_else_twice_is_told(app: Flask, session: Session) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @csrf.exempt
    @public
    @commits
    def act() -> Any:
        write(db.session(), "in vain")
        raise IntegrityError("", None, Exception("taken"))

    app.add_url_rule("/t/in-vain", "t.in_vain", act, methods=["POST"])
    assert app.test_client().post("/t/in-vain").status_code == 500
    assert actions(session) == []
