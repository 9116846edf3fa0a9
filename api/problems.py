"""Answers that say no: problem+json (RFC 9457) with the field, a code and a sentence for people."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import NamedTuple

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError

from api import blueprint
from loyalty.kernel.refusal import Refusal
from web.phrases import refusal_text

MIME = "application/problem+json"

_SENTENCES: Mapping[str, object] = {
    "key_missing": _l("Please send the key of the interface: Authorization: Bearer KEY."),
    "key_wrong": _l("This key is not known, or it was revoked."),
    "missing": _l("This field is needed."),
    "unknown_field": _l("This field is not known here."),
    "unreadable": _l("This value cannot be read."),
    "body_unreadable": _l("The body is not valid JSON in UTF-8."),
    "too_large": _l("The body is larger than two megabytes."),
    "wrong_type": _l("Please send JSON, with Content-Type: application/json."),
    "day_unreadable": _l("A day is written YYYY-MM-DD, between 1880 and 2200."),
    "instant_unreadable": _l("An instant is written as in RFC 3339, with its offset, between 1900 and 2200."),
    "out_of_range": _l("This value is larger than can be kept."),
    "key_reused": _l("This id was used before with another body."),
    "visit_closed": _l("The visit is completed: its bill can no longer be changed, only payments be added."),
    "other_patient": _l("This visit belongs to another patient."),
    "guardian_self": _l("Nobody can be her own guardian."),
    "amount_too_large": _l("This amount is too large."),
    "reward_unknown": _l("There is no such reward in the catalogue."),
    "unknown_path": _l("There is nothing under this id."),
    "try_again": _l("Somebody else was changing the same thing. Please send it again."),
}

#: The field a refusal is about, where the operation does not name it.
_FIELDS: Mapping[str, str] = {
    "name_missing": "name",
    "phone_unreadable": "phone",
    "email_unreadable": "email",
    "no_lines": "lines",
    "amount_negative": "lines",
    "amount_too_large": "lines",
    "quantity_impossible": "lines",
    "points_not_positive": "points_used",
    "points_over_cap": "points_used",
    "not_enough_points": "points_used",
    "payment_exceeds_due": "payments",
    "payment_twice": "payments",
    "payment_key_reused": "payments",
    "offer_twice": "vouchers",
    "second_percent_voucher": "vouchers",
    "vouchers_do_not_combine": "vouchers",
    "refund_exceeds_paid": "amount",
    "refund_not_whole_points": "amount",
    "undo_after_refund": "status",
    "amount_not_positive": "amount",
    "refund_key_reused": "id",
    "key_reused": "id",
    "impossible_move": "status",
    "already_completed": "status",
    "patient_unknown": "patient",
    "patient_merged": "patient",
    "visit_unknown": "external_id",
    "merge_same": "into",
    "merge_merged": "into",
    "merge_chain": "into",
    "reason_missing": "reason",
    "points_zero": "points",
    "points_too_many": "points",
    "last_day_past": "valid_to",
    "validity_reversed": "valid_to",
    "percent_impossible": "value",
    "voucher_service_missing": "services",
    "voucher_code_bad": "code",
    "code_taken": "code",
    "limit_impossible": "total_limit",
    "sessions_impossible": "sessions",
    "reward_code_bad": "code",
    "reward_kind_fixed": "kind",
    "reward_not_available": "reward",
    "reward_tier": "reward",
    "sold_out": "reward",
}

#: Refusals that no other moment would change: what was sent is wrong in itself. All others are conflicts.
_WRONG_IN_ITSELF = frozenset(
    {
        "name_missing",
        "phone_unreadable",
        "email_unreadable",
        "unknown_choice",
        "date_impossible",
        "guardian_self",
        "patient_unknown",
        "reward_unknown",
        "unknown_code",
        "no_lines",
        "amount_unreadable",
        "amount_too_precise",
        "amount_too_large",
        "amount_negative",
        "amount_not_positive",
        "quantity_impossible",
        "points_not_positive",
        "points_over_cap",
        "payment_exceeds_due",
        "payment_twice",
        "offer_twice",
        "voucher_unknown",
        "voucher_no_line",
        "voucher_min_bill",
        "certificate_unknown",
        "package_unknown",
        "package_no_line",
        "second_percent_voucher",
        "vouchers_do_not_combine",
        "refund_not_whole_points",
        "out_of_range",
        "merge_same",
        "reason_missing",
        "points_zero",
        "points_too_many",
        "last_day_past",
        "validity_reversed",
        "percent_impossible",
        "voucher_service_missing",
        "voucher_code_bad",
        "limit_impossible",
        "sessions_impossible",
        "reward_code_bad",
        "reward_number_bad",
        "reward_detail_bad",
    }
)

#: Pydantic's types of errors by our codes; whatever is not named here is "unreadable".
_CODES: Mapping[str, str] = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "json_invalid": "body_unreadable",
    "day_unreadable": "day_unreadable",
    "instant_unreadable": "instant_unreadable",
    "amount_unreadable": "amount_unreadable",
    "not_offered_yet": "not_offered_yet",
}


class Fault(NamedTuple):
    """One thing that is wrong: where, what for machines, what for people."""

    field: str
    code: str
    message: str

    @classmethod
    def of(cls, field: str, code: str) -> "Fault":
        return cls(field, code, _sentence(Refusal(code), field))


class Unacceptable(Exception):
    """The request is answered with a problem; raised before anything is written."""

    def __init__(
        self, status: HTTPStatus, faults: Iterable[Fault], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status)
        self.status = status
        self.faults = list(faults)
        self.headers = headers or {}


@contextmanager
def about(field: str, *codes: str) -> Iterator[None]:
    """These refusals inside the block are about that field of the body, whatever they usually are about."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code not in codes:
            raise
        raise Refusal(refusal.code, **{**refusal.params, "field": field}) from None


def missing() -> Unacceptable:
    """The answer to an id that names nothing."""
    return Unacceptable(HTTPStatus.NOT_FOUND, [Fault.of("external_id", "unknown_path")])


def unreadable(invalid: ValidationError) -> Unacceptable:
    """What Pydantic found, field by field."""
    faults = [
        Fault.of(".".join(str(part) for part in found["loc"]), _CODES.get(found["type"], "unreadable"))
        for found in invalid.errors(include_url=False, include_context=False, include_input=False)
    ]
    return Unacceptable(HTTPStatus.UNPROCESSABLE_ENTITY, faults)


def problem(status: HTTPStatus, faults: Iterable[Fault]) -> Response:
    errors = [fault._asdict() for fault in faults]
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": errors[0]["message"] if errors else status.description,
        "errors": errors,
    }
    return Response(json.dumps(body, ensure_ascii=False), status=status.value, mimetype=MIME)


@blueprint.errorhandler(Unacceptable)
def _unacceptable(found: Unacceptable) -> Response:
    response = problem(found.status, found.faults)
    response.headers.update(found.headers)
    return response


@blueprint.errorhandler(Refusal)
def _refused(refusal: Refusal) -> Response:
    if refusal.code == "no_clinic":
        status = HTTPStatus.SERVICE_UNAVAILABLE
    elif refusal.code in _WRONG_IN_ITSELF:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    else:
        status = HTTPStatus.CONFLICT
    field = str(refusal.params.get("field", _field(refusal.code)))
    return problem(status, [Fault(field, refusal.code, _sentence(refusal, field))])


def _field(code: str) -> str:
    """Where a refusal belongs: named above, or the list of a bill's offers that it speaks of."""
    lists = (kind + "s" for kind in ("voucher", "certificate", "package") if code.startswith(kind + "_"))
    return _FIELDS.get(code) or next(lists, "")


def _sentence(refusal: Refusal, field: str) -> str:
    if refusal.code == "not_offered_yet":
        return _("This clinic does not use %(field)s.", field=field)
    own = _SENTENCES.get(refusal.code)
    return refusal_text(refusal) if own is None else str(own)
