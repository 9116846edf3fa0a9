"""The one table of reactions: its graph has no circle, and every event of the domain stands in it."""

import ast
import importlib
import inspect
import pkgutil
import re
from graphlib import TopologicalSorter
from types import FunctionType

import pytest
from sqlalchemy.orm import Session

import loyalty
from loyalty.kernel.events import note, settle
from loyalty.reactions.table import REACTIONS


def capabilities() -> list[str]:
    return [package.name for package in pkgutil.iter_modules(loyalty.__path__) if package.ispkg]


def event_types() -> dict[str, type]:
    found: dict[str, type] = {}
    for name in capabilities():
        try:
            module = importlib.import_module(f"loyalty.{name}.events")
        except ModuleNotFoundError:
            continue
        if name == "kernel":
            continue
        found |= {
            key: value
            for key, value in vars(module).items()
            if inspect.isclass(value) and value.__module__ == module.__name__
        }
    return found


def noted_by(operation: FunctionType, seen: set[str]) -> set[str]:
    """The events that an operation notes, itself or by what it calls, in its own capability and below."""
    events, found = event_types(), set()
    seen.add(operation.__qualname__)
    home = ".".join(operation.__module__.split(".")[:2])
    for node in ast.walk(ast.parse(inspect.getsource(operation))):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute):
            found |= noted_below(operation, node.func, seen)
            continue
        if not isinstance(node.func, ast.Name):
            continue
        called = operation.__globals__.get(node.func.id)
        if node.func.id in events:
            found.add(node.func.id)
        elif (
            inspect.isfunction(called)
            and called.__module__.startswith(home)
            and called.__qualname__ not in seen
        ):
            found |= noted_by(called, seen)
    return found


def noted_below(operation: FunctionType, call: ast.Attribute, seen: set[str]) -> set[str]:
    """The events of ``points.redeem(…)``, where an operation calls another capability's."""
    owner = operation.__globals__.get(call.value.id) if isinstance(call.value, ast.Name) else None
    called = getattr(owner, call.attr, None)
    if not inspect.ismodule(owner) or not inspect.isfunction(called) or called.__qualname__ in seen:
        return set()
    return noted_by(called, seen) if called.__module__.startswith("loyalty.") else set()


def caused_by(handler: object) -> set[str]:
    """The events that a reaction leads to: those of every operation that its text calls."""
    assert inspect.isfunction(handler)
    source = inspect.getsource(handler)
    if "_review(" in source:
        source += inspect.getsource(handler.__globals__["_review"])
    found = set()
    for capability, name in re.findall(r"\b(\w+)\.(\w+)\(", source):
        if capability in capabilities():
            operations = importlib.import_module(f"loyalty.{capability}.operations")
            found |= noted_by(getattr(operations, name), set())
    return found


def test_every_event_has_its_line_in_the_table() -> None:
    assert {event.__name__ for event in REACTIONS} == set(event_types())


def test_the_graph_of_events_has_no_circle() -> None:
    graph = {
        event.__name__: set().union(*(caused_by(handler) for handler in handlers))
        for event, handlers in REACTIONS.items()
    }
    assert graph["VisitCancelled"] == set()
    assert graph["CompletionUndone"] >= {"PointsChanged", "HalfReversed", "ReferralAdvanced"}
    assert graph["VisitRefunded"] >= {"PointsChanged", "HalfReversed"}
    assert graph["VisitCompleted"] >= {"PointsChanged", "ReferralAdvanced", "HalfReached", "TierReached"}
    TopologicalSorter(graph).prepare()


def test_a_commit_with_unsettled_events_raises(session: Session) -> None:
    note(session, object())
    with pytest.raises(RuntimeError, match="unsettled"):
        session.commit()


def test_settling_runs_until_no_event_is_left(session: Session) -> None:
    seen: list[object] = []

    def react(given: Session, happened: int, now: object) -> None:
        seen.append(happened)
        if happened < 3:
            note(given, happened + 1)

    note(session, 1)
    settle(session, {int: (react,)}, None)  # type: ignore[arg-type]
    session.commit()
    assert seen == [1, 2, 3]
