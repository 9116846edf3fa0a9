"""`flask check`: is the programme well?"""

import click
from flask.cli import with_appcontext

from loyalty.kernel import clock
from web.cli.acting import looking


@click.command("check")
@with_appcontext
def check() -> None:
    """Compare ledger, balances and summaries with the facts, look at jobs and messages.

    Prints a sentence per fault and exits with 1 if there is one.
    """
    from jobs.health import report  # the queue and all jobs, which no other command needs
    from web.findings import finding_text

    with looking() as session:
        faults = [finding for finding in report(session, clock.now()) if not finding.ok]
        sentences = [finding_text(fault.code, fault.params) for fault in faults]
    for sentence in sentences:
        click.echo(sentence)
    if sentences:
        click.get_current_context().exit(1)
    click.echo("All is well.")
