"""What must be true before anything is started; each fault is one sentence."""

import os
import socket
import subprocess
from pathlib import Path

from ops.options import Options
from ops.places import SUPERVISOR_PID, CannotStart


def check_port(options: Options) -> None:
    """The port must be free and the address ours."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except OSError as error:
            raise CannotStart(
                f"Port {options.port} on {options.host} cannot be used ({_reason(error)}): "
                f"stop the other program or choose another port with --port."
            ) from None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def check_single(pid_file: Path = SUPERVISOR_PID) -> None:
    """One start to a folder: two would share a database file, a Valkey and the logs."""
    number = running_supervisor(pid_file)
    if number is not None:
        raise CannotStart(
            f"Liana already runs from this folder (process {number}): press Ctrl-C there, or `kill {number}`."
        )


def running_supervisor(pid_file: Path = SUPERVISOR_PID) -> int | None:
    """The process id of this folder's supervisor, if it lives; an id now used by another program is none."""
    try:
        number = int(pid_file.read_text())
        os.kill(number, 0)
    except (OSError, ValueError):
        return None
    answer = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(number)], capture_output=True, text=True, check=False
    )
    return number if "supervisor.supervisord" in answer.stdout else None
