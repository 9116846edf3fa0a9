"""`./run`: everything between a clone and a page in the browser. Asks nothing; a fault is one sentence."""

import os
import sys
from collections.abc import Sequence

from ops import supervision
from ops.catalogues import compile_catalogues
from ops.options import Options, complete_environment, read_options
from ops.places import ROOT, CannotStart, make_folders
from ops.preconditions import check_port, check_single
from ops.static_files import collect


def main(arguments: Sequence[str]) -> None:
    """Prepare, print where to go, and become the supervisor of all processes."""
    options = read_options(arguments)
    try:
        command = prepare(options)
    except CannotStart as fault:
        sys.exit(str(fault))
    except KeyboardInterrupt:
        sys.exit("Stopped before anything was started.")
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(command[0], command)  # noqa: S606 - our own interpreter


def prepare(options: Options) -> list[str]:
    """Do all the steps of a start; gives the command that runs the product in the foreground."""
    make_folders()
    check_single()
    check_port(options)
    own_valkey = not os.environ.get("REDIS_URL")
    os.environ.update(complete_environment(os.environ, options))
    chosen = supervision.programs(options, own_valkey=own_valkey)
    print("Preparing translations, static files and tables …", flush=True)
    compile_catalogues()
    collect()
    logins = prepare_tables(options)
    print(banner(options, logins))
    return supervision.write_configuration(chosen)


def prepare_tables(options: Options) -> str:
    """Tables and, at the first start, the demo clinic; gives the log-ins to show."""
    from ops.database import demo_logins, prepare_database  # reads the environment that was just completed

    return demo_logins(prepare_database(demo=options.demo))


def banner(options: Options, logins: str) -> str:
    """What a person needs to know, last thing before the processes start."""
    lines = ["", f"Liana: {options.address}", ""]
    if logins:
        lines += [logins, ""]
    return "\n".join([*lines, "Ctrl-C stops everything. Logs: var/log.", ""])


if __name__ == "__main__":
    main(sys.argv[1:])
