"""Texts that are known only once the launch runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from launch import _missing
from launch._core import LaunchContext, Substitution, Text, perform

__all__ = ["LaunchConfiguration", "PathJoinSubstitution"]
__getattr__ = _missing.refuse_names_of(__name__)


class LaunchConfiguration(Substitution):
    """The value of a launch argument."""

    def __init__(self, variable_name: Text, *, default: Text | None = None) -> None:
        self._name, self._default = variable_name, default

    def perform(self, context: LaunchContext) -> str:
        name = perform(context, self._name)
        if name in context.launch_configurations:
            return context.launch_configurations[name]
        if self._default is None:
            raise RuntimeError(f"launch configuration '{name}' does not exist")
        return perform(context, self._default)


class PathJoinSubstitution(Substitution):
    """Parts joined to a path."""

    def __init__(self, substitutions: Iterable[Text]) -> None:
        self._parts = list(substitutions)

    def perform(self, context: LaunchContext) -> str:
        return str(Path(*(perform(context, part) for part in self._parts)))
