"""`flask demo`: make the demo clinic, and tell how to log in to it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import click
import structlog
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from demo.clockwork import catch_up
from demo.load import USUAL_PATIENTS, AnotherClinicError, load
from demo.logins import table
from demo.staff import is_demo
from loyalty.kernel import clock
from web.cli.acting import acting, looking

_SAY_FROM = 3000
HERE = "http://127.0.0.1:8000"


@click.group("demo")
def demo() -> None:
    """The demo clinic An Nhiên: believable, made through the product's own operations."""


@demo.command("load")
@click.option(
    "--patients", type=click.IntRange(min=0), default=USUAL_PATIENTS, show_default=True,
    help="How many; those with a story are there in any case.",
)  # fmt: skip
@with_appcontext
def load_demo(patients: int) -> None:
    """Make the demo clinic; a second run changes nothing, another clinic is never touched."""
    if current_app.config["PRODUCTION"]:
        raise click.ClickException(
            "The demo has passwords that everybody knows, so it is not made in production."
        )
    now, started = clock.now(), monotonic()
    try:
        with acting() as session:
            loaded = load(session, now=now, patients=patients, progress=_progress())
    except AnotherClinicError:
        raise click.ClickException(
            "This database holds another clinic: the demo is made only in an empty one. Nothing was changed."
        ) from None
    if loaded is None:
        click.echo("The demo clinic is here already. Nothing was changed.")
        return
    with _quietly():
        catch_up(now)
    click.echo(
        f"The demo clinic An Nhiên is ready: {loaded.patients} patients, {loaded.visits} visits, "
        f"{loaded.referrals} referrals ({monotonic() - started:.0f} s)."
    )


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the jobs' own words: who loads a demo is told one line."""
    before = structlog.get_config() if structlog.is_configured() else None
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        yield
    finally:
        structlog.reset_defaults()
        if before is not None:
            structlog.configure(**before)


def _progress() -> Callable[[int, int], None]:
    """Says a line every tenth of a long load; a short one needs none."""
    said = 0

    def tell(done: int, planned: int) -> None:
        nonlocal said
        tenth = 10 * done // planned
        if planned >= _SAY_FROM and said < tenth < 10:
            said = tenth
            click.echo(f"  {tenth * 10} % of {planned} steps")

    return tell


@demo.command("logins")
@with_appcontext
def logins() -> None:
    """Print who can log in, and with what; nothing where the clinic is not the demo."""
    if current_app.config["PRODUCTION"]:
        return
    address = current_app.config["PUBLIC_URL"] or HERE
    try:
        with looking() as session:
            if is_demo(session):
                has_outbox = bool(current_app.config["DEMO"])
                click.echo(table(session, address=address, now=clock.now(), has_outbox=has_outbox))
    except (click.ClickException, SQLAlchemyError):
        # It is printed at every start, and a start must not stumble over a table of log-ins.
        return
