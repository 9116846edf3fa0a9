"""`flask audit`: who did what to whom."""

from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.activity.queries import entries
from loyalty.kernel.database import dump_json
from loyalty.kernel.refusal import Refusal
from loyalty.patients.queries import patient, patient_by_external_id
from web.cli.acting import InstantArgument, looking

audit_commands = AppGroup("audit", help="The log of who did what to whom.")

LARGEST_ID = 2**63


@audit_commands.command("list")
@click.option(
    "--patient", "patient_name", default=None, help="Only this patient: her external id, else our id."
)
@click.option("--since", type=InstantArgument(), default=None, help="Only from this instant on.")
def list_entries(patient_name: str | None, since: datetime | None) -> None:
    """Print audit entries, oldest first, one JSON object a line."""
    with looking() as session:
        patient_id = None if patient_name is None else _patient_id(session, patient_name)
        for entry in entries(session, patient_id=patient_id, since=since):
            click.echo(dump_json(_plain(entry)))


def _patient_id(session: Session, name: str) -> int:
    found = patient_by_external_id(session, name)
    if found is None and name.isascii() and name.isdigit() and int(name) < LARGEST_ID:
        found = patient(session, int(name))
    if found is None:
        raise Refusal("patient_unknown")
    return found.id


def _plain(entry: AuditEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "actor": entry.actor_kind if entry.actor_id is None else f"{entry.actor_kind}:{entry.actor_id}",
        "action": entry.action,
        "object": entry.object_kind,
        "object_id": entry.object_id,
        "patient": entry.patient_id,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
    }
