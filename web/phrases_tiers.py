"""Why a tier is not pinned, a ladder not changed, a benefit not kept."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

#: Refusals of the tiers capability; ``web.phrases`` looks here too.
TIER_SENTENCES: Mapping[str, Any] = {
    "tier_unknown": _l("There is no such tier."),
    "pin_reason_missing": _l("Please say why. It stays in the patient's history."),
    "pin_until_past": _l("This day is over. A pin ends today at the earliest."),
    "effect_changed": _l(
        "Meanwhile the numbers have changed: %(rise)s would rise, %(fall)s would fall. Please look again."
    ),
    "benefit_unknown": _l("There is no such benefit."),
    "benefit_name_missing": _l("Please write a name in one language at least."),
    "icon_unknown": _l("Please choose one of the drawings."),
}
