"""What to do when something happens during a launch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from launch import _missing
from launch._core import Action, LaunchContext
from launch._process import ExecuteProcess, ProcessExited

__all__ = ["OnProcessExit"]
__getattr__ = _missing.refuse_names_of(__name__)


class OnProcessExit:
    """Run actions, or a function that may return some, when a process has ended."""

    def __init__(
        self,
        *,
        target_action: ExecuteProcess | Callable[[ExecuteProcess], bool] | None = None,
        on_exit: Action | Iterable[Action] | Callable[[ProcessExited, LaunchContext], Any],
        **options: Any,
    ) -> None:
        _missing.refuse_options("OnProcessExit", options)
        self._target, self._on_exit = target_action, on_exit

    def handle(self, event: Any, context: LaunchContext) -> Iterable[Action]:
        """Return the actions to run for this event."""
        if not isinstance(event, ProcessExited) or not self._matches(event.action):
            return ()
        found = self._on_exit(event, context) if callable(self._on_exit) else self._on_exit
        if found is None:
            return ()
        return (found,) if isinstance(found, Action) else found

    def _matches(self, action: ExecuteProcess) -> bool:
        if callable(self._target):
            return self._target(action)
        return self._target is None or self._target is action
