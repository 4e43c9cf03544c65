"""What everything else builds on: substitutions, actions, descriptions, and the context they act in."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from launch._service import LaunchService


class Substitution:
    """A text that is known only once the launch runs."""

    def perform(self, context: LaunchContext) -> str:
        """Return the text."""
        raise NotImplementedError


Text: TypeAlias = "str | os.PathLike[str] | Substitution | Iterable[Any]"


def perform(context: LaunchContext, value: Text) -> str:
    """Return a text, a path, a substitution, or several of them joined, as one text."""
    if isinstance(value, Substitution):
        return value.perform(context)
    if isinstance(value, (str, os.PathLike)):
        return str(value)
    return "".join(perform(context, part) for part in value)


class Action:
    """Something a launch description does."""

    def execute(self, context: LaunchContext) -> Iterable[Action | LaunchDescription] | None:
        """Do it; return further actions to visit, or None."""
        raise NotImplementedError

    def children(self) -> Iterable[Action | LaunchDescription]:
        """Return the actions inside that can be seen without running anything."""
        return ()


class LaunchDescription:
    """A list of actions, in the order they are visited."""

    def __init__(self, initial_entities: Iterable[Action | LaunchDescription] | None = None) -> None:
        self.entities = list(initial_entities or [])

    def add_action(self, action: Action) -> None:
        """Append one action."""
        self.entities.append(action)

    def walk(self) -> Iterable[Action]:
        """Yield every action that can be seen without running anything, depth first."""
        pending = list(self.entities)
        while pending:
            entity = pending.pop(0)
            if isinstance(entity, LaunchDescription):
                pending[:0] = entity.entities
            else:
                yield entity
                pending[:0] = entity.children()


class LaunchContext:
    """The state of one launch."""

    def __init__(self, service: LaunchService | None = None, argv: Iterable[str] = ()) -> None:
        self.service = service
        self.argv = list(argv)
        self.launch_configurations: dict[str, str] = {}
        self.environment = os.environ
        self.event_handlers: list[Any] = []

    @property
    def is_shutdown(self) -> bool:
        """True once the launch is being shut down, for whatever reason."""
        return self.service is not None and self.service.shutting_down

    def perform_substitution(self, substitution: Text) -> str:
        """Return the substitution's text."""
        return perform(self, substitution)

    def visit(self, entity: Action | LaunchDescription) -> None:
        """Execute an action, and what it returns, depth first."""
        found = entity.entities if isinstance(entity, LaunchDescription) else entity.execute(self)
        for child in found or ():
            self.visit(child)

    def handle(self, event: Any) -> None:
        """Pass an event to the registered handlers, the latest first."""
        for handler in reversed(self.event_handlers):
            for entity in handler.handle(event, self):
                self.visit(entity)
