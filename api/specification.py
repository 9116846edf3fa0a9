"""The interface's own description, /api/v1/openapi.json, made by SpecTree from the views' models."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeVar

from flask import Response, jsonify
from pydantic import BaseModel
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from api import blueprint
from api.problems import MIME
from api.shapes.problems import ProblemAnswer
from web.access import public

View = TypeVar("View", bound=Callable[..., Any])
_FIRST_PROBLEM = 400
_ALWAYS = (401, 422, 429)
_ID = {"minLength": 1, "maxLength": 120}
_may_be_empty: set[str] = set()

_spec = SpecTree(
    "flask",
    mode="strict",
    title="Liana",
    version="1",
    path="api/v1/documentation",
    page_templates={},
    annotations=False,
    security_schemes=[
        SecurityScheme(name="key", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
    ],
    security={"key": []},
    naming_strategy=lambda model: model.__name__,
    validation_error_model=ProblemAnswer,
)


def described(
    *,
    answers: dict[int, type[BaseModel]],
    problems: tuple[int, ...] = (),
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    headers: type[BaseModel] | None = None,
    may_be_empty: bool = False,
) -> Callable[[View], View]:
    """Describe a view, which reads and checks by itself: SpecTree would forgive unreadable JSON.

    ``may_be_empty``: the body may be left out.
    """
    models: dict[str, Any] = {f"HTTP_{status}": model for status, model in answers.items()}
    models |= {f"HTTP_{status}": ProblemAnswer for status in (*_ALWAYS, *problems)}

    def describe(view: View) -> View:
        if may_be_empty:
            _may_be_empty.add(view.__name__)
        decorate: Callable[[View], View] = _spec.validate(
            json=body,
            query=query,
            headers=headers,
            resp=Answers(**models),
            security={"key": []},
            operation_id=view.__name__,
            skip_validation=True,
        )
        return decorate(view)

    return describe


@blueprint.get("/openapi.json")
@public
def openapi() -> Response:
    """This description."""
    return jsonify(document())


def document() -> dict[str, Any]:
    """The OpenAPI document; problems have their own media type, which SpecTree does not know."""
    made: dict[str, Any] = deepcopy(_spec.spec)
    for operations in made["paths"].values():
        for operation in operations.values():
            _correct(operation)
    return made


def _correct(operation: dict[str, Any]) -> None:
    if "requestBody" in operation:
        operation["requestBody"]["required"] = operation["operationId"] not in _may_be_empty
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            parameter["schema"] |= _ID
    for status, answer in operation["responses"].items():
        if int(status) >= _FIRST_PROBLEM:
            answer["content"] = {MIME: answer["content"].pop("application/json")}
