"""`flask settings`: what the programme's rules are set to."""

import click
from flask.cli import AppGroup

from loyalty.clinic.operations import change_setting
from loyalty.clinic.queries import programme
from loyalty.clinic.rules.settings import SETTINGS, known
from loyalty.kernel import clock
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import dump_json
from web.cli.acting import acting, looking

settings_commands = AppGroup("settings", help="The settings of the programme's rules.")


@settings_commands.command("list")
def list_settings() -> None:
    """Every setting: its value, type, rule and what it does; changed ones are marked with *."""
    with looking() as session:
        in_force = programme(session).settings.items()
    for key, value in in_force:
        setting = SETTINGS[key]
        mark = " " if value == setting.default else "*"
        click.echo(
            f"{mark} {key} = {dump_json(value)}  [{setting.kind}] {setting.rules or '-'}: {setting.note}"
        )


@settings_commands.command("get")
@click.argument("key")
def get_setting(key: str) -> None:
    """Print the value of one setting, as JSON."""
    with looking() as session:
        value = programme(session).settings[known(key).key]
    click.echo(dump_json(value))


@settings_commands.command("set")
@click.argument("key")
@click.argument("value")
@click.option("--reason", default=None, help="Why, for the audit.")
def set_setting(key: str, value: str, reason: str | None) -> None:
    """Give one setting a new value, as JSON or bare text; the change is audited."""
    with acting() as session:
        now_set = change_setting(session, key=key, text=value, actor=SYSTEM, now=clock.now(), reason=reason)
    click.echo(f"{key} = {dump_json(now_set)}")
