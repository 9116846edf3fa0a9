"""The processes of a start: which, in what order, and how each is asked to stop.

Supervisor starts by rising priority and stops by falling priority, one after the other: pages first, so that
nothing new comes in, Valkey last, so that the worker can still report what it finished.
"""

import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ops import valkey
from ops.options import Options
from ops.places import LOGS, ROOT, SUPERVISOR_CONFIG, SUPERVISOR_PID, CannotStart


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised process. ``patience``: seconds from being asked to stop until it is killed."""

    name: str
    priority: int
    command: Sequence[str]
    patience: int


def programs(options: Options, *, own_valkey: bool) -> list[Program]:
    """Everything a start runs; Valkey only when nobody named another server."""
    python = sys.executable
    chosen = [
        Program("worker", 10, [python, "-m", "jobs.worker"], 30),
        Program("importer", 12, [python, "-m", "jobs.worker", "imports"], 15),
        Program("beat", 15, [python, "-m", "jobs.beat"], 10),
        Program("web", 20, [python, "-m", "gunicorn", *web_arguments(options), "wsgi:app"], 15),
    ]
    if own_valkey:
        server = [str(valkey.binary()), str(valkey.write_configuration())]
        chosen.insert(0, Program("valkey", 1, server, 15))
    return chosen


def web_arguments(options: Options) -> list[str]:
    """Gunicorn with threads: a browser's idle connection must not hold one of two workers."""
    host = f"[{options.host}]" if ":" in options.host else options.host
    return [
        *("--bind", f"{host}:{options.port}"),
        *("--workers", os.environ.get("WEB_CONCURRENCY", "2")),
        *("--worker-class", "gthread"),
        *("--threads", "4"),
        *("--graceful-timeout", "10"),
        "--no-control-socket",
    ]


def render(chosen: Sequence[Program]) -> str:
    """Supervisor's configuration. It holds no secret: those are in the environment that programs inherit."""
    sections = [
        _section(
            "supervisord",
            nodaemon="true",
            pidfile=_here(SUPERVISOR_PID),
            logfile=_here(LOGS / "supervisord.log"),
            childlogdir=_here(LOGS),
            **({"user": "root"} if os.getuid() == 0 else {}),  # else it warns that nobody asked for root
        )
    ]
    sections += [_program_section(program) for program in chosen]
    return "\n".join(sections)


def _program_section(program: Program) -> str:
    return _section(
        f"program:{program.name}",
        command=shlex.join(program.command),
        priority=str(program.priority),
        stdout_logfile=_here(LOGS / f"{program.name}.log"),
        redirect_stderr="true",
        autorestart="true",
        startretries="10",
        stopwaitsecs=str(program.patience),
        killasgroup="true",
    )


def _here(path: Path) -> str:
    # Supervisor expands a log's path twice, so a folder named "100%" would break it: everything runs in ROOT.
    return str(path.relative_to(ROOT))


def _section(heading: str, **values: str) -> str:
    # Supervisor expands %(names)s and takes " ;" for the start of a comment.
    escaped = {name: value.replace("%", "%%") for name, value in values.items()}
    return f"[{heading}]\n" + "".join(f"{name} = {value}\n" for name, value in escaped.items())


def write_configuration(chosen: Sequence[Program]) -> list[str]:
    """Write the configuration; gives the command that runs it in the foreground, in ``ROOT``."""
    if " ;" in str(ROOT) or "\n" in str(ROOT):
        raise CannotStart(f"The folder's name has a character that the supervisor cannot bear: {ROOT}")
    SUPERVISOR_CONFIG.write_text(render(chosen))
    return [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(SUPERVISOR_CONFIG)]
