"""`ros2 launch`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory
from launch import LaunchContext
from launch._service import LaunchService
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `launch`."""
    parser = commands.add_parser("launch", help="Run a launch file", description="Run a launch file")
    parser.add_argument(
        "-n", "--noninteractive", action="store_true", default=not sys.stdin or not sys.stdin.isatty(),
        help="Run the launch system non-interactively, with no terminal associated",
    )  # fmt: skip
    parser.add_argument(
        "-s", "--show-args", "--show-arguments", action="store_true",
        help="Show arguments that may be given to the launch file.",
    )  # fmt: skip
    parser.add_argument("package_name", help="Name of the ROS package, or path of a launch file")
    parser.add_argument("launch_file_name", nargs="?", help="Name of the launch file")
    parser.add_argument(
        "launch_arguments", nargs="*",
        help="Arguments to the launch file; '<name>:=<value>' (for duplicates, last one wins)",
    )  # fmt: skip
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Launch a file, or show its arguments."""
    given = list(arguments.launch_arguments)
    if Path(arguments.package_name).is_file():
        path = arguments.package_name
        if arguments.launch_file_name is not None:
            given.insert(0, arguments.launch_file_name)
    else:
        path = find_launch_file(arguments.package_name, arguments.launch_file_name)
    if arguments.show_args:
        return show_arguments(path)
    named = parse_arguments(given)
    service = LaunchService(given, noninteractive=arguments.noninteractive)
    source = PythonLaunchDescriptionSource(path)
    return service.run(IncludeLaunchDescription(source, launch_arguments=named.items()))


def find_launch_file(package: str, name: str | None) -> str:
    """Return the path of the file, anywhere in the share folder. RuntimeError if it is not there."""
    try:
        share = get_package_share_directory(package)
    except (PackageNotFoundError, ValueError) as error:
        raise RuntimeError(f"Package '{package}' not found: {error}") from None
    found = [f"{root}/{name}" for root, _, files in os.walk(share) if name in files]
    where = f"in the share directory of package '{package}' which is at '{share}'"
    if not found:
        raise RuntimeError(f"file '{name}' was not found {where}")
    if len(found) > 1:
        raise RuntimeError(f"file '{name}' was found more than once {where}: {found}")
    return found[0]


def parse_arguments(given: list[str]) -> dict[str, str]:
    """Split ``name:=value`` texts; the last one wins."""
    named = {}
    for argument in given:
        name, assigned, value = argument.partition(":=")
        if not (name and assigned and value):
            raise RuntimeError(f"malformed launch argument '{argument}', expected format '<name>:=<value>'")
        named[name] = value
    return named


def show_arguments(path: str) -> int:
    """Print a launch file's arguments with their descriptions and defaults."""
    try:
        description = PythonLaunchDescriptionSource(path).get_launch_description(LaunchContext())
    except Exception as error:  # whatever the launch file raises
        raise RuntimeError(f"{path}: {error}") from None
    declared = [action for action in description.walk() if isinstance(action, DeclareLaunchArgument)]
    print("Arguments (pass arguments as '<name>:=<value>'):")
    for argument in declared:
        print(f"\n    '{argument.name}':\n        {argument.description}")
        if argument.default_value is not None:
            print(f"        (default: '{argument.default_value}')")
    if not declared:
        print("\n  No arguments.")
    return 0
