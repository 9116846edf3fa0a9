"""leaderboard draft and publish, check, and the shape of the whole command line."""

from datetime import UTC, datetime

import click
import pytest
from flask import Flask
from sqlalchemy import select, update

from loyalty.activity.models import AuditEntry
from loyalty.clinic.operations import create_staff
from loyalty.kernel.actor import SYSTEM
from loyalty.leaderboard.models import Board
from loyalty.patients.models import PatientStats
from tests.cli.conftest import Look, Run, refused
from tests.support.acting import commit
from tests.support.cast import NOON, complete, introduce, person

OCTOBER = datetime(2026, 10, 12, 5, 0, tzinfo=UTC)


@pytest.fixture
def helper(clinic: None, look: Look) -> None:
    """Somebody who helped a friend in October, a manager and a receptionist."""
    with look() as session:
        an, binh = person(session, "An", OCTOBER), person(session, "Bình", OCTOBER)
        introduce(session, an, binh, OCTOBER)
        complete(session, binh, now=OCTOBER)
        for name, role in (("director", "manager"), ("lan", "reception")):
            create_staff(session, email=f"{name}@annhien.vn", name=name, role=role, actor=SYSTEM, now=NOON)
        commit(session, NOON)


def test_a_month_is_drafted_and_published(run: Run, helper: None, look: Look) -> None:
    drafted = run("leaderboard", "draft", "2026-10")
    assert (drafted.exit_code, drafted.stdout) == (0, "2026-10: draft, 1 helpers, 1 friends helped.\n")
    published = run("leaderboard", "publish", "2026-10", "--as", "director@annhien.vn")
    assert published.stdout == "2026-10: published, 1 helpers, 1 friends helped.\n"
    assert run("leaderboard", "publish", "2026-10", "--as", "director@annhien.vn").exit_code == 0
    assert "is published and stays" in refused(run("leaderboard", "draft", "2026-10"))


def test_only_who_may_publishes(run: Run, helper: None, look: Look) -> None:
    """A1: a missing role is refused and audited."""
    run("leaderboard", "draft", "2026-10")
    assert refused(run("leaderboard", "publish", "2026-10", "--as", "lan@annhien.vn")) == (
        "lan may not publish leaderboards."
    )
    assert refused(run("leaderboard", "publish", "2026-10", "--as", "x@annhien.vn")) == (
        "Nobody works here with x@annhien.vn."
    )
    with look() as session:
        assert session.scalars(select(Board.state)).all() == ["draft"]
        denied = session.scalars(select(AuditEntry).where(AuditEntry.action == "access.denied")).one()
        assert denied.object_id == "leaderboard publish"


def test_months_that_cannot_be_are_refused(run: Run, helper: None) -> None:
    assert refused(run("leaderboard", "draft", "2026-13")) == "'2026-13' is no month like 2026-11."
    assert "There is no board for" in refused(
        run("leaderboard", "publish", "2026-09", "--as", "director@annhien.vn")
    )
    assert "can be drafted from" in refused(run("leaderboard", "draft", "2199-01"))


def test_check_names_each_fault(run: Run, helper: None, look: Look) -> None:
    """P1: a balance that is not the sum of its ledger is found."""
    assert "Balances equal the ledger" not in run("check").stdout
    with look() as session:
        session.execute(update(PatientStats).values(points_balance=PatientStats.points_balance + 1))
        session.commit()
    found = run("check")
    assert found.exit_code == 1
    assert any(
        line.startswith("Balances equal the ledger: 2 rows are wrong") for line in found.stdout.splitlines()
    )


def test_check_without_a_clinic(run: Run) -> None:
    found = run("check")
    assert (found.exit_code, found.stdout) == (1, "The clinic is not set up yet.\n")


def test_every_command_explains_itself(app: Flask) -> None:
    runner = app.test_cli_runner()
    for path, command in _commands(app.cli, ()):
        shown = runner.invoke(args=[*path, "--help"])
        assert shown.exit_code == 0, shown.output
        assert command.help, f"flask {' '.join(path)} has no help"


def _commands(group: click.Group, path: tuple[str, ...]):  # type: ignore[no-untyped-def]
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
