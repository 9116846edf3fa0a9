"""The layers of the house hold: import-linter's contracts, from the list in pyproject.toml."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WANTED = {"layers", "domain", "sides", "shared", "demo", "capability"}
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]


def test_no_contract_is_broken() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ops.import_contracts"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_contract_was_dropped() -> None:
    assert {contract["id"] for contract in CONTRACTS["contracts"]} == WANTED


def test_every_room_is_looked_at() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "tests"}
    assert set(CONTRACTS["root_packages"]) == rooms


def test_every_capability_has_its_layer() -> None:
    layers = next(one for one in CONTRACTS["contracts"] if one["id"] == "layers")["layers"]
    listed = {name.strip(" ()") for layer in layers for name in layer.split("|")}
    assert {path.parent.name for path in ROOT.glob("loyalty/*/__init__.py")} <= listed
