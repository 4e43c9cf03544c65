"""Launch arguments as a documented dataclass: declared, read and checked before anything starts."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction

from object_tracker_agent.errors import UserError
from object_tracker_agent.nearest import did_you_mean
from object_tracker_agent.security import VARIABLE, refuse_password
from object_tracker_sim.launching import original_environment

T = TypeVar("T")
Convert = Callable[[str], Any]  # from the text given; ValueError saying what it must be


def argument(default: str, description: str, convert: Convert = str) -> Any:
    """Return a dataclass field for one launch argument; `default` is the text used when it is not given."""
    return dataclasses.field(metadata={"default": default, "description": description, "convert": convert})


def whole_number(low: int, high: int | None = None) -> Convert:
    """Accept whole numbers from `low` to `high`."""

    def convert(text: str) -> int:
        must_be = f"a whole number, {low} or more" if high is None else f"a whole number from {low} to {high}"
        try:
            value = int(text)
        except ValueError:
            raise ValueError(must_be) from None
        if value < low or (high is not None and value > high):
            raise ValueError(must_be)
        return value

    return convert


def positive_number(text: str) -> float:
    """Accept finite numbers above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise ValueError("a number above 0")
    return value


def one_of(*choices: str) -> Convert:
    """Accept the given words only."""

    def convert(text: str) -> str:
        if text not in choices:
            raise ValueError(f"{', '.join(choices[:-1])} or {choices[-1]}")
        return text

    return convert


def true_or_false(text: str) -> bool:
    """Accept true and false, in any case, as YAML does."""
    return bool(one_of("true", "false")(text.lower()) == "true")


def optional(convert: Convert) -> Convert:
    """Accept an empty text too: None, the argument was not given."""
    return lambda text: convert(text) if text else None


def launch_description(
    launch_file: str, arguments: type[T], actions: Callable[[LaunchContext, T], Iterable[Any]]
) -> LaunchDescription:
    """Return the description of `launch_file`: its arguments, then what `actions` makes of their values.

    Raises, when it runs, UserError in one line for an argument that is not declared or has a wrong value.
    """

    def run(context: LaunchContext) -> list[Any]:
        if launch_file_given(sys.argv) == Path(launch_file).name:
            refuse_unknown([field.name for field in dataclasses.fields(arguments)], context.argv)  # type: ignore[arg-type]
        context.environment.update(original_environment.region(context.environment))
        if "secret_file" not in [field.name for field in dataclasses.fields(arguments)]:  # type: ignore[arg-type]
            context.environment.pop(VARIABLE, None)  # nothing of this launch needs it, so nothing inherits it
        given = [word.partition(":=")[0] for word in context.argv]
        values = dict(context.launch_configurations)
        return list(actions(context, read_all(launch_file, arguments, values, given, context.environment)))

    declared = [
        DeclareLaunchArgument(
            field.name, default_value=field.metadata["default"], description=field.metadata["description"]
        )
        for field in dataclasses.fields(arguments)  # type: ignore[arg-type]
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=run)])


def launch_file_given(command_line: list[str]) -> str | None:
    """Return the name of the launch file on a command line of `ros2 launch`.

    Only that file may say which arguments exist: one that is included sees its includer's as well.
    """
    return next((Path(word).name for word in command_line if word.endswith(".launch.py")), None)


def refuse_unknown(known: list[str], given: Iterable[str]) -> None:
    """Raise UserError for a ``name:=value`` whose name is not known: `ros2 launch` itself ignores it."""
    for word in given:
        name = word.partition(":=")[0]
        if name not in known:
            raise UserError(
                f"there is no argument '{name}'{did_you_mean(name, known)} (arguments: {', '.join(known)})"
            )


def read_all(
    launch_file: str,
    arguments: type[T],
    values: dict[str, str],
    given: list[str],
    environment: Mapping[str, str],
) -> T:
    """Return the checked arguments: what was `given`, else the original's variable, else the default."""
    name = Path(launch_file).name.removesuffix(".launch.py")
    variables = {}
    for field in dataclasses.fields(arguments):  # type: ignore[arg-type]
        if field.name in given or values[field.name] != field.metadata["default"]:
            continue
        if (found := original_environment.from_environment(name, field.name, environment)) is not None:
            values = {**values, field.name: found.text}
            variables[field.name] = found.variable
    return read(arguments, values, variables)


def read(arguments: type[T], values: dict[str, str], variables: Mapping[str, str] | None = None) -> T:
    """Return the checked arguments. Raises UserError naming the one that is wrong, and what it must be.

    `variables` names the environment variable of those that come from one.
    """
    checked = {}
    for field in dataclasses.fields(arguments):  # type: ignore[arg-type]
        text = values[field.name]
        name = (variables or {}).get(field.name, field.name)
        refuse_password(name, text)
        try:
            checked[field.name] = field.metadata["convert"](text)
        except ValueError as error:
            raise UserError(f"{name} is '{text}', but must be {error}") from None
    return arguments(**checked)
