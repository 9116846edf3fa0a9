"""docs/jobs.md names every job, every place to die at and every way of the scripted gateway."""

import re
from pathlib import Path

from jobs import failpoints
from jobs.periodic import PERIODIC

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "jobs.md").read_text()


def test_every_job_is_documented() -> None:
    assert [name for name in PERIODIC if f"`{name}`" not in TEXT] == []


def test_every_place_is_documented_and_passed() -> None:
    code = "".join(path.read_text() for path in (ROOT / "jobs").glob("*.py"))
    passed = set(re.findall(r'reach\("(\w+)"\)', code))
    assert passed == failpoints.NAMES
    assert [name for name in passed if f"`{name}`" not in TEXT] == []
