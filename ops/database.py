"""Tables, the demo clinic and its log-ins, by the same commands that an operator has."""

import io
from contextlib import redirect_stdout

from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy.exc import ArgumentError, OperationalError

from loyalty.clinic.queries import clinic
from ops.places import CannotStart
from web.app import create_app
from web.extensions import db


def prepare_database(*, demo: bool) -> Flask:
    """Bring the tables up to date and, if wished and no clinic is there yet, make the demo clinic."""
    app = create_app()
    try:
        _flask(app, "db", "upgrade")
        if demo and not _has_clinic(app):
            print(
                "Making the demo clinic: a patient with a story, her friends, staff (once, under a minute) …"
            )
            _flask(app, "demo", "load")
    except (ArgumentError, OperationalError) as error:
        raise CannotStart(f"The database of DATABASE_URL cannot be used: {_first_line(error)}") from None
    return app


def demo_logins(app: Flask) -> str:
    """What to log in with, as `flask demo logins` prints it; empty for a clinic that is no demo."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        _flask(app, "demo", "logins")
    return printed.getvalue().strip()


def _flask(app: Flask, *arguments: str) -> None:
    commands = FlaskGroup(create_app=lambda: app, load_dotenv=False)
    commands.main(args=list(arguments), prog_name="flask", standalone_mode=False)


def _has_clinic(app: Flask) -> bool:
    with app.app_context():
        return clinic(db.session()) is not None


def _first_line(error: Exception) -> str:
    # Only the driver's words: the full text may show the address with its password.
    return str(getattr(error, "orig", None) or error).splitlines()[0]
