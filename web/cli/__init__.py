"""The command line, ``flask …``. What needs much is loaded when it is called, not with the pages."""

from flask import Flask

from web.cli.api_keys import api_key_commands
from web.cli.audit import audit_commands
from web.cli.check import check
from web.cli.clinic import clinic_commands
from web.cli.leaderboard import leaderboard_commands
from web.cli.loading import LazyGroup
from web.cli.settings import settings_commands
from web.cli.staff import staff_commands

COMMANDS = (
    clinic_commands,
    settings_commands,
    staff_commands,
    api_key_commands,
    leaderboard_commands,
    audit_commands,
    check,
    LazyGroup("import", "web.cli.imports", "commands", "Take files of patients and visits over."),
    LazyGroup("jobs", "jobs.commands", "jobs_commands", "Periodic jobs: list them, run one by hand."),
    LazyGroup("demo", "demo.commands", "demo", "The demo clinic: make it, show its log-ins."),
)


def register(app: Flask) -> None:
    """Give the application its commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
