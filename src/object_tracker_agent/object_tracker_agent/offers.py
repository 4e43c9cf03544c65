"""Functions by name: built-in ones, and those that installed packages offer as entry points."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from object_tracker_agent.errors import UserError
from object_tracker_agent.nearest import did_you_mean

T = TypeVar("T")


class Offers(Generic[T]):
    """What a preset can name.

    Args:
        kind: what it is, for messages: ``reward``.
        group: of the entry points: ``object_tracker.rewards``.
        built_in: ours; their names cannot be taken.
    """

    def __init__(self, kind: str, group: str, built_in: Mapping[str, T]) -> None:
        self._kind = kind
        self._group = group
        self._built_in = built_in

    def names(self) -> list[str]:
        """Return all names, ours first; imports nobody's code."""
        return [*self._built_in, *sorted(name for name in self._offered() if name not in self._built_in)]

    def find(self, name: str) -> T:
        """Return what is called `name`.

        Raises UserError: there is none of that name, or the package that offers it cannot be imported.
        """
        if name in self._built_in:
            return self._built_in[name]
        offered = self._offered()
        if name not in offered:
            known = self.names()
            hint = did_you_mean(name, known)
            raise UserError(f"no {self._kind} '{name}'{hint} (known: {', '.join(known)})")
        point = offered[name]
        try:
            found: T = point.load()
        except (ImportError, AttributeError) as error:
            raise UserError(f"{self._kind} '{name}': cannot load {point.value}: {error}") from None
        if not callable(found):
            raise UserError(f"{self._kind} '{name}': {point.value} is not a function")
        return found

    def _offered(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=self._group)}
