"""Applications for tests are made by the thousand: what their routes compile to is worked out once."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing.rules import Rule

_compile = Rule._compile_builder
_known: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}


def remember_url_builders() -> None:
    """Compile the address builder of each route once a process instead of once an application.

    It depends on nothing but the route's text and is bound to its rule afterwards; half of the time that
    making an application takes goes into it.
    """
    Rule._compile_builder = _remembered  # type: ignore[method-assign]


def _remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    if rule.defaults:
        return _compile(rule, append_unknown)
    key = rule.rule, tuple(rule._trace), append_unknown
    if key not in _known:
        _known[key] = _compile(rule, append_unknown)
    return _known[key]
