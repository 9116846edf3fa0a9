"""`flask clinic`: setting up the one clinic of this installation."""

import click
from flask.cli import AppGroup

from loyalty.clinic.operations import set_up_clinic
from loyalty.clinic.rules.presets import PRESETS
from loyalty.kernel import clock
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.contacts import clean_name
from loyalty.kernel.localized import LANGUAGES, LocalizedText
from loyalty.kernel.money import MINOR_DIGITS
from loyalty.kernel.refusal import Refusal
from web.cli.acting import acting

clinic_commands = AppGroup("clinic", help="The clinic itself.")


@clinic_commands.command("init")
@click.option("--name", required=True, help="The clinic's name, as patients read it.")
@click.option("--country", required=True, help=f"Whose customs are preset: {', '.join(PRESETS)}.")
@click.option("--timezone", required=True, help="The clinic's IANA zone, like Asia/Ho_Chi_Minh.")
@click.option("--currency", required=True, help=f"The currency of all bills: {', '.join(MINOR_DIGITS)}.")
@click.option("--language", required=True, help=f"The clinic's own language: {', '.join(LANGUAGES)}.")
def init(name: str, country: str, timezone: str, currency: str, language: str) -> None:
    """Create the clinic with its country's preset; a second run changes nothing."""
    with acting() as session:
        if not clean_name(name):
            raise Refusal("name_missing")
        is_new = set_up_clinic(
            session,
            name=LocalizedText.of(clean_name(name)),
            country=country,
            timezone=timezone,
            currency=currency,
            language=language,
            actor=SYSTEM,
            now=clock.now(),
        )
    click.echo("The clinic is set up." if is_new else "There is a clinic already. Nothing was changed.")
