"""`flask api-key`: keys of the clinic's medical system."""

import click
from flask.cli import AppGroup

from loyalty.access.operations.keys import create_api_key, revoke_api_key
from loyalty.access.queries import api_keys
from loyalty.kernel import clock
from loyalty.kernel.actor import SYSTEM
from web.cli.acting import acting, looking

api_key_commands = AppGroup("api-key", help="Keys for the interface /api/v1.")


@api_key_commands.command("create")
@click.argument("name")
def create(name: str) -> None:
    """Make a key and print it, this once: only its digest is stored."""
    with acting() as session:
        key = create_api_key(session, name=name, actor=SYSTEM, now=clock.now())
    click.echo(key)


@api_key_commands.command("list")
def list_keys() -> None:
    """The names of all keys, with the days they were made and revoked."""
    with looking() as session:
        for key in api_keys(session):
            end = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at is not None else "in force"
            click.echo(f"{key.name}  made {key.created_at:%Y-%m-%d}  {end}")


@api_key_commands.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """End a key at once."""
    with acting() as session:
        revoke_api_key(session, name=name, actor=SYSTEM, now=clock.now())
    click.echo(f"The key {name} opens nothing any more.")
