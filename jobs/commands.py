"""`flask jobs`: the table of periodic jobs, and running one of them once by hand."""

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from jobs import runs
from jobs.context import reading
from jobs.periodic import PERIODIC
from loyalty.clinic.queries import programme
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from web.logs import write_logs


class Instant(click.ParamType[datetime]):
    """An instant as RFC 3339 writes it; without an offset it is UTC."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            read = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no instant like 2026-11-22T09:00:00+07:00", param, ctx)
        return read if read.tzinfo else read.replace(tzinfo=UTC)


@click.group("jobs")
def jobs_commands() -> None:
    """Periodic jobs: list them, run one by hand."""
    write_logs()


@jobs_commands.command("list")
@with_appcontext
def list_jobs() -> None:
    """Every periodic job, when it runs, and what it did last."""
    with reading() as session:
        last = runs.last_runs(session)
    for job in PERIODIC.values():
        run = last.get(job.name)
        ended = f"{run.finished_at:%Y-%m-%dT%H:%M:%SZ}  {run.outcome}" if run and run.finished_at else "never"
        click.echo(f"{job.name:<18} {job.schedule!s:<22} {ended}")


@jobs_commands.command("run")
@click.argument("name", type=click.Choice(sorted(PERIODIC)))
@click.option("--at", type=Instant(), default=None, help="The instant to act at; now unless given.")
@with_appcontext
def run_job(name: str, at: datetime | None) -> None:
    """Run one periodic job once, here and now, and print what it did."""
    job = PERIODIC[name]
    moment = at or clock.now()
    try:
        with reading() as session:
            slot = job.schedule.latest(moment, programme(session))
        outcome = job.run(moment, slot.label, job.batch)
    except Refusal as refusal:
        raise click.ClickException(f"{name}: {refusal.code}") from None
    click.echo(f"{name}: {outcome}")
