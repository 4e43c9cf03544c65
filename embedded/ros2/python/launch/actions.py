"""What a launch description can do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from launch import _missing, events
from launch._core import Action, LaunchContext, LaunchDescription, Text, perform
from launch._process import ExecuteProcess, ProcessExited
from launch.launch_description_sources import PythonLaunchDescriptionSource

__all__ = [
    "DeclareLaunchArgument", "EmitEvent", "ExecuteProcess", "GroupAction", "IncludeLaunchDescription",
    "LogInfo", "OpaqueFunction", "RegisterEventHandler", "SetEnvironmentVariable", "Shutdown",
]  # fmt: skip
__getattr__ = _missing.refuse_names_of(__name__)


class DeclareLaunchArgument(Action):
    """An argument of a launch file, with an optional default, description and list of allowed values."""

    def __init__(
        self,
        name: str,
        *,
        default_value: str | None = None,
        description: str | None = None,
        choices: Iterable[str] | None = None,
        **options: Any,
    ) -> None:
        _missing.refuse_options("DeclareLaunchArgument", options)
        self.name, self.default_value = name, default_value
        self.choices = None if choices is None else list(choices)
        self.description = description or "no description given"
        if self.choices is not None:
            self.description = f"{self.description.removesuffix('.')}. Valid choices are: {self.choices}"

    def execute(self, context: LaunchContext) -> None:
        given = context.launch_configurations
        if self.name not in given:
            if self.default_value is None:
                raise RuntimeError(f'Required launch argument "{self.name}" was not provided.')
            given[self.name] = self.default_value
        if self.choices is not None and given[self.name] not in self.choices:
            message = (
                f'Argument "{self.name}" provided value "{given[self.name]}" is not valid. '
                f"Valid options are: {self.choices}"
            )
            if context.service is not None:
                context.service.output.say("ERROR", "launch.actions.declare_launch_argument", message)
            raise RuntimeError(message)


class OpaqueFunction(Action):
    """A Python function of the context (and `args`, `kwargs`), which may return further actions."""

    def __init__(
        self,
        *,
        function: Callable[..., Iterable[Action] | None],
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        self._function, self._args, self._kwargs = function, tuple(args), dict(kwargs or {})

    def execute(self, context: LaunchContext) -> Iterable[Action] | None:
        return self._function(context, *self._args, **self._kwargs)


class IncludeLaunchDescription(Action):
    """Another launch file. Its arguments stay set in the includer, unless it stands in a GroupAction."""

    def __init__(
        self,
        launch_description_source: PythonLaunchDescriptionSource | Text,
        *,
        launch_arguments: Iterable[tuple[Text, Text]] | None = None,
        **options: Any,
    ) -> None:
        _missing.refuse_options("IncludeLaunchDescription", options)
        if not isinstance(launch_description_source, PythonLaunchDescriptionSource):
            launch_description_source = PythonLaunchDescriptionSource(launch_description_source)
        self._source, self._arguments = launch_description_source, list(launch_arguments or [])

    def children(self) -> Iterable[LaunchDescription]:
        try:
            return [self._source.get_launch_description(LaunchContext())]
        except RuntimeError:  # its path depends on the running launch
            return ()

    def execute(self, context: LaunchContext) -> Iterable[LaunchDescription]:
        description = self._source.get_launch_description(context)
        given = [perform(context, name) for name, _ in self._arguments]
        declared = [action for action in description.walk() if isinstance(action, DeclareLaunchArgument)]
        for action in declared:
            if action.default_value is None and action.name not in given:
                raise RuntimeError(
                    f"Included launch description missing required argument '{action.name}' "
                    f"(description: '{action.description}'), given: [{', '.join(given)}]"
                )
        for name, value in self._arguments:
            context.launch_configurations[perform(context, name)] = perform(context, value)
        return [description]


class GroupAction(Action):
    """Actions whose changes to launch configurations and environment end with the group."""

    def __init__(self, actions: Iterable[Action], **options: Any) -> None:
        _missing.refuse_options("GroupAction", options)
        self._actions = list(actions)

    def children(self) -> Iterable[Action]:
        return self._actions

    def execute(self, context: LaunchContext) -> None:
        configurations, environment = dict(context.launch_configurations), dict(os.environ)
        try:
            for action in self._actions:
                context.visit(action)
        finally:
            context.launch_configurations.clear()
            context.launch_configurations.update(configurations)
            os.environ.clear()
            os.environ.update(environment)


class SetEnvironmentVariable(Action):
    """Set a variable in the environment of the processes started from here on."""

    def __init__(self, name: Text, value: Text) -> None:
        self._name, self._value = name, value

    def execute(self, context: LaunchContext) -> None:
        context.environment[perform(context, self._name)] = perform(context, self._value)


class LogInfo(Action):
    """Print a line."""

    def __init__(self, *, msg: Text) -> None:
        self._message = msg

    def execute(self, context: LaunchContext) -> None:
        assert context.service is not None
        context.service.output.say("INFO", "launch.user", perform(context, self._message))


class RegisterEventHandler(Action):
    """From here on, let a handler see what happens."""

    def __init__(self, event_handler: Any) -> None:
        self._handler = event_handler

    def execute(self, context: LaunchContext) -> None:
        context.event_handlers.append(self._handler)


class EmitEvent(Action):
    """Let something happen: only a shutdown."""

    def __init__(self, *, event: events.Shutdown) -> None:
        if not isinstance(event, events.Shutdown):
            raise TypeError(f"EmitEvent({type(event).__name__}) {_missing.NEEDS_REAL}")
        self._event = event

    def execute(self, context: LaunchContext) -> None:
        assert context.service is not None
        context.service.shut_down(due_to_sigint=self._event.due_to_sigint)


class Shutdown(EmitEvent):
    """Shut the launch down in order."""

    def __init__(self, *, reason: str = "reason not given") -> None:
        super().__init__(event=events.Shutdown(reason=reason))

    def execute(self, context: LaunchContext) -> None:
        assert context.service is not None
        if isinstance(context.service.event, ProcessExited):
            name = context.service.event.process_name
            context.service.output.say(
                "INFO", "launch", f"process[{name}] was required: shutting down launched system"
            )
        super().execute(context)
