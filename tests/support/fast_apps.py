"""Applications for tests are made by the thousand: their routes and templates are compiled once."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing.rules import Rule

_compile = Rule._compile_builder
_known: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}


def compile_once() -> None:
    """Compile the address builder of each route and each template once a process.

    A builder depends on nothing but the route's text and is bound to its rule afterwards; a template's code
    is kept under a digest of its source. Without this most of a page's test would be compiling.
    """
    Rule._compile_builder = _remembered  # type: ignore[method-assign]
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _KeptTemplates()}


def _remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    if rule.defaults:
        return _compile(rule, append_unknown)
    key = rule.rule, tuple(rule._trace), append_unknown
    if key not in _known:
        _known[key] = _compile(rule, append_unknown)
    return _known[key]


class _KeptTemplates(BytecodeCache):
    """Compiled templates in memory, shared by all applications of the process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()
