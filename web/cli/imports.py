"""`flask import`: a file of patients or visits into the programme, or a rehearsal of it (I1)."""

import json
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from time import sleep
from typing import Any

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from jobs.context import job_context, reading
from jobs.imports import run_import
from loyalty.clinic.queries import Programme, programme
from loyalty.imports import operations
from loyalty.imports.queries import batches
from loyalty.imports.queries.sheets import complete_sheet
from loyalty.imports.rules.progress import DONE, FAILED
from loyalty.imports.rules.visit_plan import RESULTS
from loyalty.kernel import clock
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from web.phrases import refusal_text
from web.rejected_rows import rejected_csv

COMMAND = Actor("system")


class Mapping(click.ParamType[dict[str, str]]):
    """Our field to their header, as JSON or as a file that holds it."""

    name = "mapping"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, str]:
        text = str(value)
        try:
            read = json.loads(text if text.lstrip().startswith("{") else Path(text).read_text("utf-8"))
        except (OSError, ValueError):
            self.fail('give JSON such as {"name": "Họ tên", "phone": "#3"}, or a file of it', param, ctx)
        if not isinstance(read, dict) or not all(isinstance(header, str) for header in read.values()):
            self.fail("every field needs one header as text", param, ctx)
        return read


@click.group("import")
def commands() -> None:
    """Import files of patients or visits."""


def _add_command(kind: str) -> None:
    """The command for one kind of file."""

    @commands.command(kind, help=f"Import a CSV file of {kind}; the same file again changes nothing.")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--mapping", type=Mapping(), default=None, help="Field to header: JSON or a file.")
    @click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
    @click.option(
        "--rejects",
        type=click.Path(dir_okay=False, path_type=Path),
        default=None,
        help="Where rejected rows go; beside the file unless given.",
    )
    @click.option("--notify", is_flag=True, help="Tell each patient her tier; else nobody hears anything.")
    @with_appcontext
    def run(
        file: Path, mapping: dict[str, str] | None, dry_run: bool, rejects: Path | None, notify: bool
    ) -> None:
        target = rejects or file.with_name(f"{file.name.removesuffix('.csv')}.rejected.csv")
        try:
            if dry_run:
                counts = _rehearse(kind, file, mapping or {}, target)
            else:
                counts = _import(kind, file, mapping or {}, target, notify)
        except Refusal as refusal:
            raise click.ClickException(refusal_text(refusal)) from None
        click.echo(", ".join(f"{result} {counts[result]}" for result in RESULTS))


for _kind in ("patients", "visits"):
    _add_command(_kind)


def _rehearse(kind: str, file: Path, mapping: dict[str, str], target: Path) -> dict[str, int]:
    now = clock.now()
    rejected: list[operations.Rejected] = []
    with reading() as session:
        setup = programme(session)
        sheet = complete_sheet(file.read_bytes(), kind=kind, setup=setup, mapping=mapping, now=now)
        found = operations.rehearse(session, sheet, setup=setup, now=now, each_rejected=rejected.append)
    click.echo("Nothing was written: this is a rehearsal.")
    _write_rejected(sheet.columns.headers, rejected, target, setup)
    return found.counts


def _import(kind: str, file: Path, mapping: dict[str, str], target: Path, notify: bool) -> dict[str, int]:
    """Hand the file in and run it here; a second command or a worker would go on after a kill."""
    now, content = clock.now(), file.read_bytes()
    with reading() as session:
        setup = programme(session)
        complete_sheet(content, kind=kind, setup=setup, mapping=mapping, now=now)
    with job_context(now=now) as session:
        batch = operations.hand_in(
            session, kind=kind, filename=file.name, content=content, mapping=mapping, notify=notify,
            actor=COMMAND, now=now,
        )  # fmt: skip
        batch_id = batch.id
        operations.start_batch(session, batch_id=batch_id, actor=COMMAND, now=now)
    run_import(batch_id)
    while not _has_ended(batch_id):  # a worker was quicker to take it
        sleep(1)
    with reading() as session:
        done = batches.batch(session, batch_id)
        assert done is not None
        counts = {result: getattr(done, result) for result in RESULTS}
        headers, reason = list(done.headers), done.reason
        _write_rejected(headers, batches.all_rejects(session, batch_id), target, setup)
    if reason:
        raise Refusal(reason)
    return counts


def _has_ended(batch_id: int) -> bool:
    with reading() as session:
        found = batches.batch(session, batch_id)
        return found is None or found.state in (DONE, FAILED)


def _write_rejected(headers: Sequence[str], rows: Iterable[Any], target: Path, setup: Programme) -> None:
    """The rejected rows, in the clinic's language; without any, an older list of them goes."""
    rejected = iter(rows)
    first = next(rejected, None)
    try:
        if first is None:
            target.unlink(missing_ok=True)
            return
        with force_locale(setup.language), target.open("w", encoding="utf-8", newline="") as out:
            out.writelines(rejected_csv(headers, chain([first], rejected)))
    except OSError as error:
        click.echo(f"The rejected rows could not be written to {target}: {error.strerror}.", err=True)
    else:
        click.echo(f"Rejected rows: {target}")
