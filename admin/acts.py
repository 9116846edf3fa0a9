"""What the acts of the log are called."""

from typing import Any

from flask_babel import lazy_gettext as _l

from admin import blueprint
from loyalty.kernel.database import dump_json

ACTS = {
    "access.denied": _l("Page refused: the role lacks the permission"),
    "api_key.created": _l("API key created"),
    "api_key.revoked": _l("API key withdrawn"),
    "appointment.booked": _l("Request answered with a visit"),
    "appointment.closed": _l("Request closed"),
    "appointment.requested": _l("Appointment requested"),
    "benefit.moved": _l("Benefit moved in its list"),
    "benefit.retired": _l("Benefit retired"),
    "benefit.saved": _l("Benefit of a tier saved"),
    "certificate.cancelled": _l("Certificate withdrawn"),
    "certificate.given": _l("Certificate given on"),
    "certificate.refunded": _l("Certificate purchase refunded"),
    "certificate.sold": _l("Certificate sold"),
    "clinic.set_up": _l("Clinic set up"),
    "consent.changed": _l("Consent changed"),
    "earning_rule.activated": _l("Earning rule activated"),
    "earning_rule.retired": _l("Earning rule ended"),
    "earning_rule.saved": _l("Earning rule drafted"),
    "import.done": _l("Import finished"),
    "import.started": _l("Import started"),
    "import.stopped": _l("Import stopped"),
    "invite.name_shown": _l("Name on the invitation changed"),
    "leaderboard.drafted": _l("Board counted"),
    "leaderboard.published": _l("Board published"),
    "leaderboard.withdrawn": _l("Name taken off published boards"),
    "message.left_unsent": _l("Message in doubt left as it is"),
    "message.sent_again": _l("Message in doubt sent again"),
    "nickname.approved": _l("Nickname approved"),
    "nickname.changed": _l("Nickname changed"),
    "nickname.proposed": _l("Nickname proposed"),
    "nickname.refused": _l("Nickname refused"),
    "offer.guessed": _l("Codes tried again and again"),
    "package.cancelled": _l("Package ended"),
    "package.opened": _l("Package opened"),
    "patient.changed": _l("Patient changed"),
    "patient.created": _l("Patient added"),
    "patient.merged": _l("Two records joined"),
    "patient.viewed": _l("Patient record opened"),
    "phone.revealed": _l("Phone number revealed"),
    "points.adjusted": _l("Points changed by hand"),
    "points.agreed": _l("Change of points agreed to"),
    "points.asked": _l("Change of points asked for"),
    "points.refused": _l("Change of points refused"),
    "redemption.approved": _l("Reward approved"),
    "redemption.cancelled": _l("Reward cancelled"),
    "redemption.expired": _l("Reward not fetched in time"),
    "redemption.hand_over_undone": _l("Handing over undone"),
    "redemption.handed_over": _l("Reward handed over"),
    "redemption.requested": _l("Reward chosen"),
    "referral.approved": _l("Flagged referral approved"),
    "referral.attributed": _l("Referral noted"),
    "referral.referrer_changed": _l("Referrer changed"),
    "referral.rejected": _l("Flagged referral rejected"),
    "referral.reversed": _l("Referral taken back"),
    "reward.retired": _l("Reward retired"),
    "reward.saved": _l("Reward of the catalogue saved"),
    "setting.changed": _l("Setting changed"),
    "staff.created": _l("Staff member added"),
    "staff.disabled": _l("Staff account closed"),
    "staff.enabled": _l("Staff account opened again"),
    "staff.link_issued": _l("Password link issued"),
    "staff.password_set": _l("Password set"),
    "staff.recovery_code_used": _l("Recovery code used"),
    "staff.second_factor_reset": _l("Second factor reset"),
    "staff.totp_confirmed": _l("Second factor set up"),
    "tier.pinned": _l("Tier held by the clinic"),
    "tier.unpinned": _l("Tier held no longer"),
    "visit.arrived": _l("Patient arrived"),
    "visit.booked": _l("Visit booked"),
    "visit.cancelled": _l("Visit cancelled"),
    "visit.changed": _l("Visit changed"),
    "visit.completed": _l("Visit registered"),
    "visit.completion_undone": _l("Completion undone"),
    "visit.confirmed": _l("Visit confirmed"),
    "visit.no_show": _l("Patient did not come"),
    "visit.paid": _l("Later payment taken"),
    "visit.refunded": _l("Visit refunded"),
    "visit.reserved": _l("Offers set aside for a visit"),
    "visit.time_changed": _l("Visit moved to another time"),
    "visit.viewed": _l("Visit opened"),
    "voucher.cancelled": _l("Voucher withdrawn"),
    "voucher.issued": _l("Voucher issued"),
}


def action_name(action: str) -> str:
    """An act in the reader's language; one without a name stands as its code."""
    return str(ACTS.get(action, action))


def audit_values(values: dict[str, Any] | None) -> str:
    """What stood there, as the log kept it: names and values, without those that were empty."""
    found = ((key, value) for key, value in (values or {}).items() if value not in (None, "", []))
    return ", ".join(
        f"{key}: {value if isinstance(value, str) else dump_json(value)}" for key, value in found
    )


@blueprint.record_once
def _register(state: Any) -> None:
    state.app.jinja_env.filters.update(action_name=action_name, audit_values=audit_values)
