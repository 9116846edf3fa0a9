"""The two stylesheets: within their budgets, asking for nothing else, one the subset of the other."""

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CSS = ROOT / "static" / "css"
BUDGETS = {"app.css": 14 * 1024, "landing.css": 6 * 1024}  # bytes, gzipped


def rules(name: str) -> list[str]:
    text = re.sub(r"/\*.*?\*/", "", (CSS / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line.strip().rstrip("}") for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("name", BUDGETS)
def test_a_stylesheet_keeps_its_budget_and_asks_for_no_other_file(name: str) -> None:
    text = (CSS / name).read_text(encoding="utf-8")
    assert len(gzip.compress(text.encode())) <= BUDGETS[name]
    assert "url(" not in text
    assert "@import" not in text


def test_public_pages_look_like_the_rest() -> None:
    assert set(rules("landing.css")) <= set(rules("app.css"))


def test_every_class_of_the_shared_parts_has_a_rule() -> None:
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", (CSS / "app.css").read_text(encoding="utf-8")))
    used: dict[str, str] = {}
    for file in sorted((ROOT / "templates" / "shared").glob("*.html")):
        for value in re.findall(r'class="([^"{}]*)"', file.read_text(encoding="utf-8")):
            used.update(dict.fromkeys(value.split(), file.name))
    assert {name: file for name, file in used.items() if name not in known} == {}
