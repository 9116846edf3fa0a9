"""Commands by the public door: what is typed, what is printed, what became lasting."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.kernel.database import make_engine
from tests.support.cast import open_clinic

Run = Callable[..., Result]
Look = Callable[[], Any]


@pytest.fixture
def run(app: Flask) -> Run:
    """``run("settings", "list")`` as ``flask settings list``."""
    runner = app.test_cli_runner()

    def command(*words: str) -> Result:
        return runner.invoke(args=list(words))

    return command


@pytest.fixture
def look(database_url: str) -> Iterator[Look]:
    engine = make_engine(database_url)

    @contextmanager
    def looking() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    yield looking
    engine.dispose()


@pytest.fixture
def clinic(look: Look) -> None:
    with look() as session:
        open_clinic(session)


def refused(result: Result) -> str:
    """The one sentence of a command that did nothing."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("Error: ")
    return lines[0].removeprefix("Error: ")
