"""Files small enough to be read at once, under names that say what is in them."""

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE, LONGEST_TEMPLATE, LONGEST_FUNCTION = 300, 200, 60
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
TOP = {
    "admin", "api", "benchmarks", "demo", "docs", "jobs", "loyalty", "migrations", "ops", "portal", "static",
    "templates", "tests", "translations", "typings", "web", ".ci",
}  # fmt: skip


def tracked(*patterns: str) -> list[Path]:
    """The project's own files, as they are kept."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def modules() -> list[Path]:
    left_out = (ROOT / "migrations" / "versions", ROOT / "tests" / "data")
    return [path for path in tracked("*.py") if not any(folder in path.parents for folder in left_out)]


def length(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def too_long(paths: list[Path], most: int) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {length(path)} lines" for path in paths if length(path) > most]


def test_modules_fit_on_a_few_screens() -> None:
    assert too_long(modules(), LONGEST_MODULE) == []


def test_templates_fit_on_a_few_screens() -> None:
    assert too_long(tracked("templates/**"), LONGEST_TEMPLATE) == []


def test_functions_are_short() -> None:
    """Without their signature and what is said about them."""
    long = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[min(bool(ast.get_docstring(node)), len(node.body) - 1)]
                lines = (node.end_lineno or 0) - first.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}: {node.name} has {lines} lines")
    assert long == []


def test_names_say_what_is_inside() -> None:
    parts = {part for path in modules() for part in path.relative_to(ROOT).with_suffix("").parts}
    assert parts & VAGUE == set()


def test_the_rooms_are_the_houses() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked() if path.parent != ROOT} <= TOP
