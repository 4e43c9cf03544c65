"""`ros2 pkg list | prefix | executables` and `ros2 run`."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_directory,
    get_packages_with_prefixes,
)


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `pkg` and `run`."""
    pkg = commands.add_parser("pkg", help="Various package related sub-commands")
    pkg.set_defaults(main=lambda arguments: pkg.print_help())
    verbs = pkg.add_subparsers(title="Commands", metavar="Call `ros2 pkg <command> -h` for usage.")

    verb = verbs.add_parser("list", help="Output a list of available packages")
    verb.set_defaults(main=list_packages)

    verb = verbs.add_parser("prefix", help="Output the prefix path of a package")
    verb.add_argument("package_name", help="The package name")
    verb.add_argument("--share", action="store_true", help="Show share directory for the package")
    verb.set_defaults(main=print_prefix)

    verb = verbs.add_parser("executables", help="Output a list of package specific executables")
    verb.add_argument("package_name", nargs="?", help="The package name")
    verb.add_argument("--full-path", action="store_true", help="Show full path of each executable")
    verb.set_defaults(main=print_executables)

    run = commands.add_parser("run", help="Run a package specific executable")
    run.add_argument("package_name", help="Name of the ROS package")
    run.add_argument("executable_name", help="Name of the executable")
    run.add_argument("argv", nargs=argparse.REMAINDER, help="Pass arbitrary arguments to the executable")
    run.set_defaults(main=run_executable)


def executables(package: str) -> list[str]:
    """Return the paths of a package's executables. RuntimeError if there is no such package."""
    try:
        folder = Path(get_package_prefix(package), "lib", package)
    except (PackageNotFoundError, ValueError):
        raise RuntimeError(f"Package '{package}' not found") from None
    found = [f"{root}/{name}" for root, _, names in os.walk(folder) for name in names]
    return sorted(path for path in found if os.access(path, os.X_OK))


def list_packages(arguments: argparse.Namespace) -> None:
    """Print the names of all packages."""
    print("\n".join(sorted(get_packages_with_prefixes())))


def print_prefix(arguments: argparse.Namespace) -> None:
    """Print where a package is installed."""
    try:
        where = get_package_share_directory if arguments.share else get_package_prefix
        print(where(arguments.package_name))
    except (PackageNotFoundError, ValueError):
        raise RuntimeError("Package not found") from None


def print_executables(arguments: argparse.Namespace) -> None:
    """Print the executables of one package or of all."""
    names = [arguments.package_name] if arguments.package_name else sorted(get_packages_with_prefixes())
    for name in names:
        for path in executables(name):
            print(path if arguments.full_path else f"{name} {Path(path).name}")


def run_executable(arguments: argparse.Namespace) -> int:
    """Run an executable of a package, and return its exit status."""
    name = arguments.executable_name
    paths = [path for path in executables(arguments.package_name) if Path(path).name == name]
    if not paths:
        raise RuntimeError("No executable found")
    if len(paths) > 1:
        raise RuntimeError("Multiple executables found:" + "".join(f"\n- {path}" for path in paths))
    signal.signal(
        signal.SIGINT, lambda *_: None
    )  # a terminal's goes to the program too, which ends by itself
    process = subprocess.Popen([paths[0], *arguments.argv])
    signal.signal(signal.SIGTERM, lambda number, frame: process.send_signal(number))
    status = process.wait()
    if status < 0:
        print("[ros2run]:", signal.strsignal(-status), file=sys.stderr)
        return 128 - status
    if status:
        print(f"[ros2run]: Process exited with failure {status}", file=sys.stderr)
    return status
