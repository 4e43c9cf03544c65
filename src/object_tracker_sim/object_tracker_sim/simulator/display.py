"""A virtual display of one's own: OGRE draws through GLX, which needs an X server, seen or not."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from object_tracker_agent.processes import tied
from object_tracker_sim.simulator.types import SimulatorError, StartError


class Display:
    """An Xvfb that listens on Unix sockets only, picks its own free number and ends with this process."""

    def __init__(self, log_file: Path, timeout: float = 5.0) -> None:
        """Start it and wait until it takes clients.

        Raises:
            SimulatorError: it is not installed, or did not come up within `timeout` [s].
        """
        if shutil.which("Xvfb") is None:
            raise StartError("the virtual display Xvfb is not installed; install the package xvfb")
        self._log_file = log_file
        self.name = ""
        ready, number_pipe = os.pipe()
        try:
            with log_file.open("wb") as log:
                # TERM, not KILL: Xvfb then takes its lock file under /tmp with it.
                self._process = subprocess.Popen(
                    tied(
                        [
                            *("Xvfb", "-displayfd", str(number_pipe), "-screen", "0", "640x480x24"),
                            *("-nolisten", "tcp", "-noreset"),
                        ],
                        "TERM",
                    ),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(number_pipe,),
                    start_new_session=True,
                )
            os.close(number_pipe)
            number_pipe = -1
            self.name = f":{self._read_number(ready, timeout)}"
        finally:
            os.close(ready)
            if number_pipe >= 0:
                os.close(number_pipe)

    def _read_number(self, ready: int, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        text = b""
        while not text.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([ready], [], [], left)[0]:
                self.close()
                raise SimulatorError(f"the virtual display was not up within {timeout:g} s{self._said()}")
            got = os.read(ready, 64)
            if not got:
                self.close()
                raise SimulatorError(f"the virtual display ended at once{self._said()}")
            text += got
        return int(text)

    def _said(self) -> str:
        try:
            lines = self._log_file.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return f": {lines[-1].strip()}" if lines else ""

    def alive(self) -> bool:
        """Whether the X server still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it. Safe to call twice."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.send_signal(signal.SIGCONT)  # one that was stopped hears nothing else
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self.name and self._process.returncode != 0:
            self._remove_socket()

    def _remove_socket(self) -> None:
        """Remove the socket that an X server leaves when it is killed, unless another has its number now."""
        path = Path(f"/tmp/.X11-unix/X{self.name.removeprefix(':')}")
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
