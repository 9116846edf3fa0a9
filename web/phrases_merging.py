"""Why two records are not made one, and what to know before they are."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

#: Refusals of the merging capability; ``web.phrases`` looks here too.
MERGE_SENTENCES: Mapping[str, Any] = {
    "merge_same": _l("This is the same record. Please choose another one."),
    "merge_merged": _l("One of the two was joined with another record before. Please use that one."),
    "merge_chain": _l("Other records were joined into this one. Please keep it and join the other into it."),
}

#: What both records have and only one can keep, by the codes of a merge's preview.
MERGE_CONFLICTS: Mapping[str, Any] = {
    "own_introduction": _l(
        "One of them introduced the other. That introduction will not count any more; points given stay."
    ),
    "both_introduced": _l(
        "Both were introduced by somebody. The introduction that led to a visit stays, else the earlier one."
    ),
    "same_badges": _l("Both hold the same badge. It stays once, with the earlier day."),
    "both_codes": _l("Both have an invite code. Both codes lead to the record that stays."),
    "both_nicknames": _l("Both have chosen a nickname. The one of the record that stays is used."),
    "same_board": _l("Both stand on the same board. What is published stays as it is."),
    "consents_differ": _l("They answered differently about consents. The stricter answer counts."),
}
