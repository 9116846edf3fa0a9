"""What rewards, vouchers, certificates and packages say when something is not possible."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

#: ``web.phrases`` looks here too.
REWARD_SENTENCES: Mapping[str, Any] = {
    # vouchers and promo codes
    "voucher_unknown": _l("We do not know this voucher code. Please check it."),
    "voucher_used": _l("The voucher %(code)s has been used already."),
    "voucher_expired": _l("The voucher %(code)s was valid until %(last_day)s."),
    "voucher_not_yet": _l("The voucher %(code)s is valid from %(from_day)s."),
    "voucher_cancelled": _l("The voucher %(code)s is not in use any more."),
    "voucher_patient_limit": _l("This patient has used the voucher %(code)s as often as possible."),
    "voucher_no_line": _l("The voucher %(code)s does not fit any service of this bill."),
    "voucher_first_visit_only": _l("The voucher %(code)s is for the first visit only."),
    "voucher_min_bill": _l("The voucher %(code)s needs a bill of at least %(least_minor)s."),
    "second_percent_voucher": _l("Only one percentage voucher can be used for a visit."),
    "vouchers_do_not_combine": _l("These discounts cannot be used together."),
    "voucher_service_missing": _l("Please choose the service that is free."),
    "voucher_code_bad": _l(
        "A promo code has %(shortest)s to %(longest)s letters A–Z and digits, and belongs to nobody."
    ),
    "code_taken": _l("The code %(code)s is taken already."),
    "percent_impossible": _l("A percentage lies above 0 and at most at 100."),
    "limit_impossible": _l("A limit is a whole number from 1; leave it empty for none."),
    "validity_reversed": _l("The last day lies before the first one."),
    "amount_too_large": _l("The amount is too large to be true."),
    "service_unknown": _l("There is no such service."),
    # gift certificates
    "certificate_unknown": _l("We do not know this certificate code. Please check it."),
    "certificate_expired": _l("The certificate %(code)s was valid until %(last_day)s."),
    "certificate_refunded": _l("The certificate %(code)s was paid back and cannot be used."),
    "certificate_too_little": _l("%(left_minor)s is left on the certificate %(code)s."),
    "certificate_held": _l(
        "The certificate %(code)s is set aside for a visit. Please take it off there first."
    ),
    "certificate_not_sold": _l("This certificate was got for points, so there is no money to pay back."),
    "certificate_return_too_much": _l("At most %(left_minor)s can go back to the certificate."),
    # packages
    "package_unknown": _l("We do not know this package code. Please check it."),
    "package_expired": _l("The package %(code)s was valid until %(last_day)s."),
    "package_used_up": _l("All sessions of the package %(code)s are used or set aside."),
    "package_cancelled": _l("The package %(code)s is not in use any more."),
    "package_no_line": _l("The package %(code)s does not fit any service of this bill."),
    "sessions_impossible": _l("A package has 1 to %(most)s sessions."),
    # the catalogue
    "reward_code_bad": _l("A reward's code has small letters, digits and dashes, at most 40 in all."),
    "reward_number_bad": _l("Please write a number from %(least)s to %(most)s."),
    "reward_detail_bad": _l("Please check what comes out of this reward."),
    "reward_kind_fixed": _l("Patients have taken this reward already, so its kind stays."),
    "picture_unknown": _l("There is no such photo any more. Please choose it again."),
    "picture_unreadable": _l("We cannot read this photo. Please choose a JPEG, PNG or WebP picture."),
    "picture_too_large": _l("The photo is too large. %(megabytes)s MB are the most."),
    # taking rewards
    "reward_not_available": _l("This reward is not offered at the moment. The points are untouched."),
    "reward_tier": _l("This reward is for members from %(tier)s on. The points are untouched."),
    "sold_out": _l("This has just run out. The points are untouched."),
    "redemption_unknown": _l("There is no such reward to fetch."),
    "redemption_not_approved": _l("This reward has to be approved first."),
    "redemption_expired": _l("This reward was not fetched in time; the points return to the account."),
    "redemption_ended": _l("This reward was cancelled, and the points were given back."),
    "redemption_handed_over": _l("This reward has been handed over already."),
    "redemption_used": _l("What came out of this reward is in use already, so it stays."),
    "redemption_cancel_late": _l("A reward can be taken back within 24 hours. Please ask at reception."),
    "own_redemption": _l("Nobody decides about her own reward or a relative's. Please ask a colleague."),
    "undo_too_late": _l("A hand-over can be undone within 10 minutes only."),
}
