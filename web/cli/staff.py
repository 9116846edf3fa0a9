"""`flask staff`: accounts of the people who work in the admin."""

import click
from flask import current_app
from flask.cli import AppGroup

from loyalty.clinic.operations import create_staff
from loyalty.clinic.rules.roles import ROLES
from loyalty.kernel import clock
from loyalty.kernel.actor import SYSTEM
from web.cli.acting import Fault, acting

staff_commands = AppGroup("staff", help="Accounts of the clinic's staff.")

HERE = "http://127.0.0.1:8000"


@staff_commands.command("create")
@click.option("--email", required=True, help="The address she logs in with.")
@click.option("--name", required=True, help="Her name, as colleagues read it.")
@click.option("--role", required=True, help=f"What she may do: {', '.join(ROLES)}.")
@click.option("--base-url", default=None, help="Where the product is reached, if not LIANA_PUBLIC_URL.")
def create(email: str, name: str, role: str, base_url: str | None) -> None:
    """Create an account and print the one-time link that sets its password."""
    base = (base_url or current_app.config["PUBLIC_URL"] or HERE).rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise Fault(f"{base!r} is no address like https://loyalty.example.com.")
    with acting() as session:
        _, token = create_staff(session, email=email, name=name, role=role, actor=SYSTEM, now=clock.now())
    path = current_app.url_map.bind("").build("admin.set_password", {"token": token})
    click.echo(f"{base}{path}")
