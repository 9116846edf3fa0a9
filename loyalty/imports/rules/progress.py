"""States of an import and its measures: plain values."""

from datetime import timedelta
from typing import Final

DRAFT, WAITING, RUNNING, DONE, FAILED = "draft", "waiting", "running", "done", "failed"
STATES: Final = (DRAFT, WAITING, RUNNING, DONE, FAILED)

#: Why an import ended without being done, where the file itself is not to blame.
STOPPED, FAULT, FILE_GONE = "import_stopped", "import_fault", "import_file_gone"

#: Rows in one transaction: a kill loses at most these, and they are taken again.
ROWS_AT_ONCE: Final = 500
#: An import that gave no sign of life for so long is dead, and may be taken over.
STALE_AFTER: Final = timedelta(minutes=3)
#: How long a file is kept that was handed in and never run to its end, and how long rejected rows are.
FILES_KEPT: Final = timedelta(days=7)
REJECTS_KEPT: Final = timedelta(days=90)
#: Rows that a preview checks; an import of more is checked while it runs.
ROWS_REHEARSED: Final = 5000
LARGEST_MEGABYTES: Final = 20
