"""The one table of reactions: its graph has no circle, and every event of the domain stands in it."""

import ast
import importlib
import inspect
import pkgutil
from graphlib import TopologicalSorter
from types import ModuleType

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


def modules_of(capability: str) -> list[ModuleType]:
    package = importlib.import_module(f"loyalty.{capability}")
    return [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(package.__path__, f"loyalty.{capability}.")
    ]


def noted_by(capability: str) -> set[str]:
    """The events that a capability's operations note, read from their source."""
    events = event_types()
    return {
        node.func.id
        for module in modules_of(capability)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in events
    }


def called_capabilities(handler: object) -> set[str]:
    """The capabilities whose operations a handler's module calls within the handler's own text."""
    module = inspect.getmodule(handler)
    assert module is not None
    source = inspect.getsource(handler)  # type: ignore[arg-type]
    if "_review(" in source:
        source += inspect.getsource(module._review)
    return {name for name in capabilities() if f"{name}." in source}


def test_every_event_has_its_line_in_the_table() -> None:
    assert {event.__name__ for event in REACTIONS} == set(event_types())


def test_the_graph_of_events_has_no_circle() -> None:
    graph = {
        event.__name__: {
            later
            for handler in handlers
            for capability in called_capabilities(handler)
            for later in noted_by(capability)
            if capability != "visits" or later != event.__name__
        }
        - (
            {"VisitBooked", "VisitArrived", "VisitCompleted", "VisitRefunded", "VisitCancelled"}
            if event.__name__.startswith("Visit")
            else set()
        )
        for event, handlers in REACTIONS.items()
    }
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
