"""Command lines from dataclasses: every setting is a documented field, ``--name-with-dashes`` on the line."""

from __future__ import annotations

import argparse
import typing
from collections.abc import Sequence
from dataclasses import MISSING, field, fields
from typing import Any, TypeVar

from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import without_ros_arguments

T = TypeVar("T")


def option(help: str, default: Any = MISSING, choices: Sequence[str] | None = None) -> Any:
    """Return a field with its help text; without a default the option is required."""
    metadata = {"help": help, "choices": choices}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> typing.NoReturn:
        raise UserError(f"{message} (see {self.prog} --help)")


def parse(cls: type[T], program: str, arguments: Sequence[str]) -> T:
    """Make the dataclass `cls` from a command line; its docstring is the description.

    A bool is a switch. The ``--ros-args`` sections that launch_ros adds are dropped. Raises UserError for
    what is missing, unknown or of the wrong type.
    """
    parser = _Parser(prog=program, description=cls.__doc__, allow_abbrev=False)
    types = typing.get_type_hints(cls)
    for item in fields(cls):  # type: ignore[arg-type]  # a dataclass
        name = "--" + item.name.replace("_", "-")
        help_text = item.metadata.get("help", "")
        if types[item.name] is bool:
            parser.add_argument(name, action="store_true", help=help_text)
            continue
        required = item.default is MISSING
        parser.add_argument(
            name,
            type=types[item.name],
            required=required,
            default=None if required else item.default,
            choices=item.metadata.get("choices"),
            help=help_text if required else f"{help_text} (default: {item.default})",
        )
    return cls(**vars(parser.parse_args(without_ros_arguments(arguments))))
