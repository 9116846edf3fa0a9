"""Groups that are loaded when they are called behave like the ones they stand for."""

import pytest

from tests.cli.conftest import Run


@pytest.mark.usefixtures("clinic")
def test_what_a_group_does_before_its_commands_is_done(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr("jobs.commands.write_logs", lambda: called.append("logs"))
    result = run("jobs", "list")
    assert (result.exit_code, called) == (0, ["logs"])
    assert "reconcile" in result.stdout
