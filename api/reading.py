"""Reading what was sent: bytes into strict models, nothing guessed, everything unknown refused."""

from http import HTTPStatus
from typing import TypeVar

from flask import request
from pydantic import BaseModel, TypeAdapter, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from api.fields import Code40, Code80, ExternalId, OwnId
from api.problems import Fault, Unacceptable, missing, unreadable

Model = TypeVar("Model", bound=BaseModel)
PATIENT_ID: TypeAdapter[str] = TypeAdapter(ExternalId)
VISIT_ID: TypeAdapter[str] = TypeAdapter(OwnId)
CATALOGUE_CODE: TypeAdapter[str] = TypeAdapter(Code40)
_PRINTED_CODE: TypeAdapter[str] = TypeAdapter(Code80)


def body(model: type[Model]) -> Model:
    """The JSON body; refuses other types (415), too much of it (413) and what does not fit (422)."""
    if request.mimetype != "application/json":
        fault = Fault.of("content-type", "wrong_type")
        raise Unacceptable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, [fault])
    try:
        sent = request.get_data(cache=False)
    except RequestEntityTooLarge:
        fault = Fault.of("body", "too_large")
        raise Unacceptable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, [fault]) from None
    try:
        return model.model_validate_json(sent)
    except ValidationError as invalid:
        raise unreadable(invalid) from None


def optional_body(model: type[Model]) -> Model:
    """The JSON body of a call that may as well have none."""
    is_empty = not request.content_length and "Transfer-Encoding" not in request.headers
    return model() if is_empty else body(model)


def query(model: type[Model]) -> Model:
    """The query of the address; a name given twice or not known is refused (422)."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        faults = [Fault.of(name, "unreadable") for name in twice]
        raise Unacceptable(HTTPStatus.UNPROCESSABLE_ENTITY, faults)
    try:
        return model.model_validate_strings(request.args.to_dict())
    except ValidationError as invalid:
        raise unreadable(invalid) from None


def known_id(kind: TypeAdapter[str], external_id: str) -> str:
    """An id of the address as it may be kept; one that could never be kept names nothing (404)."""
    try:
        return kind.validate_python(external_id)
    except ValidationError:
        raise missing() from None


def known_code(code: str) -> str:
    """A code of the address as people type it, with dashes or without; 404 for what can be none."""
    return known_id(_PRINTED_CODE, code)
