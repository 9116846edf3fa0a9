"""What a bill says when it cannot be met as wished, or can no longer be changed."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

#: ``web.phrases`` looks here too.
BILL_SENTENCES: Mapping[str, Any] = {
    "offer_twice": _l("The code %(code)s is entered twice for this bill."),
    "refund_not_whole_points": _l(
        "This amount would split a point. Please choose one that gives back whole points of %(point_minor)s."
    ),
    "undo_after_refund": _l(
        "Something of this visit has been paid back already, so its completion can no longer be undone."
    ),
}
