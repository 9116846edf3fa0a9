"""Carrying a change through: one transaction, tried again when two callers met, its answer given once."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar, cast

from flask import Response, request
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from api.fields import OwnId
from api.problems import Fault, Unacceptable, unreadable
from loyalty.access.operations import answers
from loyalty.kernel import clock
from loyalty.kernel.codes import digest
from loyalty.kernel.refusal import Refusal
from web.extensions import db
from web.transactions import DEADLOCK, transaction

Result = TypeVar("Result")
TRIES = 3
#: Refusals that say another caller has just done the same: looked at again, it is there.
_OVERTAKEN = frozenset({"patient_exists", "already_completed"})
_own_id: TypeAdapter[str] = TypeAdapter(OwnId)


def settled(act: Callable[[Session], Result]) -> Result:
    """Run ``act`` in a transaction of its own; when somebody has just made the same thing, look again."""
    for _ in range(TRIES):
        try:
            with transaction() as session:
                return act(session)
        except IntegrityError:
            continue
        except OperationalError as clash:
            if getattr(clash.orig, "sqlstate", None) != DEADLOCK:
                raise
        except DataError:
            raise Refusal("out_of_range", field="body") from None
        except Refusal as refusal:
            if refusal.code not in _OVERTAKEN:
                raise
    raise Refusal("try_again")


def answered(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status=status, mimetype="application/json")


def own_ids(own_id: str | None) -> list[str]:
    """The caller's ids of a POST: that of the body and the header Idempotency-Key; one of them is needed."""
    ids = given_ids(own_id)
    if not ids:
        raise Unacceptable(HTTPStatus.UNPROCESSABLE_ENTITY, [Fault.of("id", "missing")])
    return ids


def given_ids(own_id: str | None) -> list[str]:
    """The caller's ids as far as there are any."""
    ids = [own_id] if own_id is not None else []
    header = request.headers.get("Idempotency-Key")
    if header is not None:
        try:
            ids.append(_own_id.validate_python(header))
        except ValidationError as invalid:
            raise unreadable(invalid) from None
    return ids


def answered_once(
    ids: list[str],
    said: BaseModel,
    act: Callable[[Session], Result],
    answer: Callable[[Session, Result], BaseModel],
) -> Response:
    """Act once per own id and give the first answer again; the same id with another body is refused.

    The id is taken in the transaction of the act, its answer kept right after the reactions have settled.
    ``act`` is safe to repeat: a process that died in between left an id without an answer.
    """
    scopes = [digest(f"{request.path}\0{own_id}") for own_id in ids]
    asked = digest(said.model_dump_json())
    first: list[str] = []

    def taken(session: Session) -> Result | None:
        known = answers.taken(session, scopes=scopes, body_digest=asked, now=clock.now())
        if known is not None:
            first.append(known)
            return None
        return act(session)

    result = settled(taken)
    if not first:
        text = answer(db.session(), cast("Result", result)).model_dump_json()
        settled(lambda session: answers.keep(session, scopes=scopes, status=200, answer=text))
        first.append(text)
    return Response(first[0], mimetype="application/json")
