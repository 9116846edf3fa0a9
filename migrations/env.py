"""Runs migrations on the application's own engine, so that SQLite behaves as it does in the product."""

from pathlib import Path
from typing import Any, Literal

from alembic import context
from alembic.operations import MigrationScript
from flask import current_app
from sqlalchemy.engine import Connection

from loyalty.kernel.database import Base, Localized, UtcDateTime, import_tables

HERE = Path(__file__).resolve().parent
HEAD = HERE / ".current-head"

import_tables()
migrate = current_app.extensions["migrate"]


def number(_context: Any, _revision: Any, directives: list[MigrationScript]) -> None:
    """Give a new migration the next number and note it: two branches that both do so conflict loudly."""
    if not getattr(context.config.cmd_opts, "autogenerate", False):
        return
    directives[:] = [
        script for script in directives if script.upgrade_ops and not script.upgrade_ops.is_empty()
    ]
    for script in directives:
        script.rev_id = f"{len(list(HERE.glob('versions/*.py'))) + 1:04d}"
        HEAD.write_text(f"{script.rev_id}\n")


def render_type(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Our column types as what they are in the database: a migration must not change with the code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Localized):
        return "sa.JSON()"
    return False


OPTIONS = {
    "target_metadata": Base.metadata,
    "process_revision_directives": number,
    "render_item": render_type,
    **migrate.configure_args,
}


def run(connection: Connection) -> None:
    """One transaction for all of them, on SQLite too: a failed upgrade leaves nothing half done."""
    context.configure(connection=connection, transactional_ddl=True, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def run_offline() -> None:
    """Print the statements for an operator who runs them by hand."""
    url = migrate.db.engine.url.render_as_string(hide_password=False)
    context.configure(url=url, literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    with migrate.db.engine.connect() as opened:
        run(opened)
