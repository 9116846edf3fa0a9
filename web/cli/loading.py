"""Groups of commands that live elsewhere and are imported only when somebody calls or lists them."""

from collections.abc import Callable, MutableMapping
from functools import cached_property
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Stands in for the group ``attribute`` of ``module``."""

    def __init__(self, name: str, module: str, attribute: str, help_text: str) -> None:
        self._module, self._attribute = module, attribute
        super().__init__(name=name, help=help_text)

    @cached_property
    def _group(self) -> click.Group:
        group = getattr(import_module(self._module), self._attribute)
        assert isinstance(group, click.Group), f"{self._module}.{self._attribute} is no group of commands"
        return group

    @property
    def callback(self) -> Callable[..., Any] | None:
        """What the other group does before any of its commands."""
        return self._group.callback

    @callback.setter
    def callback(self, given: Callable[..., Any] | None) -> None:
        """Click sets every command's; ours is the other group's."""

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        return self._group.commands

    @commands.setter
    def commands(self, given: MutableMapping[str, click.Command]) -> None:
        """Click begins every group with an empty table; ours is the other group's."""
