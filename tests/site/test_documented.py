"""Whatever somebody can set, call, schedule, be allowed or react to is named in docs/, in backticks."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from jobs.periodic import PERIODIC
from loyalty.clinic.rules.roles import ROLES, Permission
from loyalty.clinic.rules.settings import SETTINGS
from loyalty.reactions.table import REACTIONS
from web.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
TEXTS = {path: path.read_text("utf-8") for path in PAGES}
#: Variables of the environment that the product reads.
READ = re.compile(r"(?:environ(?:ment)?(?:\.get)?[\[(]\s*|_flag\(environment, )\"([A-Z][A-Z0-9_]+)\"")
ROOMS = ("admin", "api", "demo", "jobs", "loyalty", "migrations", "ops", "portal", "web")
NOT_OURS = {"CI", "PATH", "HOME"}
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def named() -> set[str]:
    """Everything that stands in backticks anywhere in docs/."""
    found = set()
    for text in TEXTS.values():
        for piece in re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.S):
            found.add(piece.strip("`"))
            found.update(re.findall(r"[\w.-]+", piece))
    return found


NAMED = named()


def commands() -> Iterator[str]:
    """Every command as it is typed after ``flask``."""
    for command in COMMANDS:
        yield from _below(command, str(command.name))


def _below(command: click.Command, path: str) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield path
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _below(found, f"{path} {name}")


def events() -> set[str]:
    """Every event, whether or not somebody reacts to it."""
    paths = [path for path in (ROOT / "loyalty").glob("*/events.py") if path.parent.name != "kernel"]
    texts = [path.read_text("utf-8") for path in paths]
    return {name for text in texts for name in re.findall(r"^class (\w+)", text, flags=re.M)}


def variables() -> set[str]:
    texts = [path.read_text("utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return {name for text in texts for name in READ.findall(text)} - NOT_OURS


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("settings", set(SETTINGS)),
        ("jobs", set(PERIODIC)),
        ("permissions", {str(permission) for permission in Permission}),
        ("roles", set(ROLES)),
        ("events", events() | {event.__name__ for event in REACTIONS}),
        ("variables of the environment", variables()),
    ],
)
def test_every_name_is_explained(what: str, names: set[str]) -> None:
    assert names
    assert sorted(names - NAMED) == [], f"{what} that no page of docs/ names in backticks"


def test_every_command_is_explained() -> None:
    text = "\n".join(TEXTS.values())
    assert [name for name in commands() if not re.search(rf"`[^`]*{re.escape(name)}\b", text)] == []


def test_links_between_pages_lead_somewhere() -> None:
    pages = {**TEXTS, ROOT / "README.md": (ROOT / "README.md").read_text("utf-8")}
    broken = [
        f"{path.relative_to(ROOT)} -> {target}"
        for path, text in pages.items()
        for target in LINK.findall(text)
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_modules_that_are_to_be_called_can_be() -> None:
    """``python -m ops.extraction`` and its like stand in the documents: each has something to run."""
    called = set(re.findall(r"python -m ((?:ops|jobs|benchmarks|demo)\.\w+)", "\n".join(TEXTS.values())))
    paths = {name: ROOT / f"{name.replace('.', '/')}.py" for name in called}
    assert [name for name, path in paths.items() if "__main__" not in path.read_text("utf-8")] == []
