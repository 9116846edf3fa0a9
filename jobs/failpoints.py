"""Named places at which a test can have this very process killed, to see that nothing is lost or done twice.

``FAIL_AT=after_gateway`` in the environment kills the process with SIGKILL when it gets there. The names:
``before_claim``; ``after_claim``, committed and nothing sent yet; ``after_gateway``, sent and not recorded;
``after_finish``, recorded; ``before_enqueue``, committed and not in the queue; ``job_started``, a periodic
job's slot is taken and its work not done; ``job_done``, its work is committed and its end not recorded;
``import_rows_committed``, a batch of an import's rows is in and the next one not begun.
"""

import os
import signal

FAIL_AT = "FAIL_AT"
NAMES = frozenset(
    {
        "before_claim",
        "after_claim",
        "after_gateway",
        "after_finish",
        "before_enqueue",
        "job_started",
        "job_done",
        "import_rows_committed",
    }
)


def reach(name: str) -> None:
    """Pass a named place; it is the last one when ``FAIL_AT`` names it."""
    if os.environ.get(FAIL_AT) == name:
        os.kill(os.getpid(), signal.SIGKILL)
