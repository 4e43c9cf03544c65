"""How our processes begin and end: tied to their parent, stopped by a signal, one line for an error."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from object_tracker_agent.errors import UserError

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(signal_number: int = signal.SIGTERM) -> None:
    """Have the kernel send `signal_number` to this process when its parent goes, however it goes.

    The real `ros2 launch` leaves its children behind on SIGTERM and on kill -9. Called first thing in
    `main`. A parent that goes during this call is noticed; one that went before it is not: what our launch
    files start is `tied` before that.
    """
    parent = os.getppid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        os.kill(os.getpid(), signal_number)


def tied(command: Sequence[str], signal_name: str = "KILL") -> list[str]:
    """Return `command` so that the process it starts gets `signal_name` when the starting process goes."""
    return ["setpriv", "--pdeathsig", signal_name, "--", *command]


class Stop:
    """A stop asked for by SIGINT or SIGTERM, once or many times; true from then on.

    A second SIGINT is normal (a terminal's Ctrl-C reaches the launcher and its children), so handlers
    only set a flag; the loop that looks at it ends in order.
    """

    def __init__(self) -> None:
        self._event = threading.Event()

    def install(self) -> Stop:
        """Take over SIGINT and SIGTERM. Main thread only."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._handle)
        return self

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._event.set()

    def request(self) -> None:
        """Ask for the stop from within the program."""
        self._event.set()

    def __bool__(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep up to `seconds` [s]; return True at once when a stop is asked for."""
        return self._event.wait(seconds)


def without_ros_arguments(arguments: Sequence[str]) -> list[str]:
    """Drop every ``--ros-args … [--]`` section, which launch_ros adds to each node's command line."""
    kept: list[str] = []
    inside = False
    for argument in arguments:
        if argument == "--ros-args":
            inside = True
        elif inside and argument == "--":
            inside = False
        elif not inside:
            kept.append(argument)
    return kept


def run_main(main: Callable[[list[str]], int | None], arguments: Sequence[str] | None = None) -> int:
    """Run a program's `main(arguments)` and return its exit status.

    `arguments` (default: this process's own, and the process ends here) keep their ``--ros-args`` section. A
    `UserError` becomes one line on standard error and status 1; a KeyboardInterrupt before the program took
    over SIGINT is a stop that was asked for: 0.
    """
    status = _status_of(main, list(sys.argv[1:] if arguments is None else arguments))
    if arguments is None:
        _leave(status)
    return status


def _status_of(main: Callable[[list[str]], int | None], arguments: list[str]) -> int:
    try:
        return main(arguments) or 0
    except UserError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:
        # The reader of our output (the launcher) has gone: nothing is left to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _leave(status: int) -> NoReturn:
    # All is done, saved and closed. Python takes seconds to take torch down, in which the launcher would lose
    # patience and a signal would look like a death.
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)
