"""Nothing unfinished, nothing switched off, nothing of one person's machine is in the project."""

import ast
import re
from pathlib import Path

import pytest

from tests.site.test_sizes import ROOT, modules, tracked

TEXT = {
    "",
    ".py",
    ".html",
    ".md",
    ".css",
    ".js",
    ".toml",
    ".cfg",
    ".txt",
    ".in",
    ".po",
    ".sh",
    ".ini",
    ".yml",
}


def words(*halves: tuple[str, str]) -> re.Pattern[str]:
    """A pattern for any of these, written in two pieces, so that this file keeps the law too."""
    return re.compile("|".join(first + second for first, second in halves))


UNFINISHED = words((r"\bTO", r"DO\b"), (r"\bFIX", r"ME\b"), (r'(?<!")\bX', r'XX\b(?!")'), (r"\bHA", r"CK\b"))
MACHINE = words(("/wo", "rk/"), ("/ho", "me/"), ("/ro", "ot/"), ("/Us", "ers/"))
REGISTRY = words(("py", r"pi\.org"), ("pythonhosted", r"\.org"), ("--index", "-url"), ("npm", r"js\.org"))
LOOKING = words((r"\bbreak", r"point\(\)"), (r"\bpdb\.set_", "trace"), (r"\bconsole\.lo", r"g\("))
OFF = {"skip", "skipif", "skipTest", "xfail", "importorskip"}


def lines_with(unwanted: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if unwanted.search(line)
    ]


def texts() -> list[Path]:
    return [path for path in tracked() if path.suffix in TEXT and ROOT / "tests" / "data" not in path.parents]


KINDS = {"unfinished": UNFINISHED, "machine": MACHINE, "registry": REGISTRY, "left from looking": LOOKING}


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_holds_them(kind: str) -> None:
    assert lines_with(KINDS[kind], texts()) == []


def test_no_test_is_switched_off() -> None:
    off = []
    for path in modules():
        if "tests" in path.relative_to(ROOT).parts:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in OFF and _is_pytests(node.value):
                    off.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.attr}")
    assert off == []


def _is_pytests(node: ast.expr) -> bool:
    return ast.unparse(node) in ("pytest", "pytest.mark", "unittest")
