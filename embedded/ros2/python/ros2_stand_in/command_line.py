"""Command line: which verb, its arguments, its exit status."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from ros2_stand_in import launching, packages, topics

EPILOG = "Call `ros2 <command> -h` for more detailed usage."


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; `main` in the result is the function to call."""
    root = argparse.ArgumentParser(
        prog="ros2",
        description="The embedded stand-in for ROS 2's command-line tool: what is needed here, and no more.",
    )
    commands = root.add_subparsers(title="Commands", metavar=EPILOG, dest="command")
    for module in (launching, packages, topics):
        module.add_commands(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, 1 for a failure (2, wrong usage, is argparse's)."""
    root = parser()
    arguments = root.parse_args(argv)
    if "main" not in arguments:
        root.print_help()
        return 0
    try:
        return arguments.main(arguments) or 0
    except KeyboardInterrupt:
        return signal.SIGINT
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: Python would complain about it once more
        return 1
