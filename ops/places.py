"""The folders that the product keeps on disk."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VAR = ROOT / "var"
LOGS = VAR / "log"
VALKEY_DATA = VAR / "valkey"
SUPERVISOR_CONFIG = VAR / "supervisord.conf"
SUPERVISOR_PID = VAR / "supervisord.pid"


class CannotStart(Exception):
    """One sentence for the person at the keyboard, raised before any process has been started."""


def make_folders() -> None:
    """Make ``var/`` for this user alone: it holds the database, the secret key and the logs."""
    VAR.mkdir(mode=0o700, exist_ok=True)
    for folder in (LOGS, VALKEY_DATA):
        folder.mkdir(mode=0o700, exist_ok=True)
