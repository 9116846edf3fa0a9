"""Why points are not given, taken or held, and why an earning rule is not kept."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

#: Refusals of the points capability; ``web.phrases`` looks here too.
POINT_SENTENCES: Mapping[str, Any] = {
    "points_zero": _l("Please enter how many points, more than zero."),
    "points_too_many": _l("At most %(most)s points can be given or taken at once."),
    "key_reused": _l("This was sent before with other content. Please start anew."),
    "entry_unknown": _l("There is no such entry."),
    "own_decision": _l("You asked for this yourself. Please let a colleague decide."),
    "already_decided": _l("Somebody has decided about this already."),
    "no_decider": _l("Only a member of the staff can decide about this."),
    "last_day_past": _l("The last day of these points, %(day)s, is over. Please ask for them anew."),
    "restore_too_much": _l("At most %(left)s points are left to give back."),
    "rule_unknown": _l("There is no such earning rule."),
    "rule_not_active": _l("This earning rule is not in force. Please choose another one."),
    "rule_not_draft": _l("Only a draft can be activated. Please make a new version of the rule."),
    "rule_code_bad": _l("A code has 2 to 30 letters A–Z, digits, - or _."),
    "rule_effect_bad": _l("Please give either a percentage up to 1000 (for visits) or a number of points."),
    "rule_condition_bad": _l("One of the conditions does not fit such a rule. Please check them."),
}
