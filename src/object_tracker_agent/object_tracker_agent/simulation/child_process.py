"""A process that never outlives this one."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import IO

from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import tied

GRACE = 10.0  # [s] to end in order before it is killed


class ChildProcess:
    """Runs a command in a session of its own: a Ctrl-C in the terminal does not reach it, our end does.

    The kernel ties a child to the *thread* that started it (prctl(2), PR_SET_PDEATHSIG), so a thread of our
    own starts it and stays until it has ended; else it would die with whichever thread made this object.
    """

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str], output: IO[bytes] | int
    ) -> None:
        """Start `command` with `environment` alone; both its outputs go to `output`."""
        self._command = tied(command)
        self._environment = dict(environment)
        self._output = output
        self._owner = os.getpid()
        self._started = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._error: OSError | None = None
        self._keeper = threading.Thread(target=self._keep, name="child process", daemon=True)
        self._keeper.start()
        self._started.wait()
        if self._error is not None:
            raise UserError(f"cannot start {self._command[0]}: {self._error.strerror}")

    @property
    def pid(self) -> int:
        """Process id."""
        assert self._process is not None
        return self._process.pid

    def status(self) -> int | None:
        """Return the exit status, negative for a signal, or None while it runs and for a moment after."""
        assert self._process is not None
        return self._process.poll()

    def end(self) -> None:
        """Ask it to end, kill it and its group if it does not, and wait. Safe to call twice."""
        if os.getpid() != self._owner:
            return  # a fork of the owner: the process is not ours
        assert self._process is not None
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._keeper.join(GRACE)

    def _keep(self) -> None:
        try:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            self._error = error
        finally:
            self._started.set()
        if self._process is not None:
            self._process.wait()
