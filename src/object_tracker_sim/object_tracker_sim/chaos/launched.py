"""The training under test: started as a user does, watched from outside."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from object_tracker_sim.chaos.schedule import PARTS

MARK = "OBJECT_TRACKER_CHAOS"  # every process of the launch inherits it
UPDATE = re.compile(r"update (\d+): [\d,]+ of [\d,]+ steps")


class LaunchedTraining:
    """`ros2 launch object_tracker_sim distributed_training.launch.py …`; its output goes to a file."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        self.updates = 0  # how many lines said that an update is done
        self.newest = 0  # the number in the last of them
        self._socket = b"\0"  # of redis-server, once known
        self._mark = f"{MARK}={uuid.uuid4().hex}".encode()
        name, _, value = self._mark.decode().partition("=")
        self._log = log.open("wb")
        self._process = subprocess.Popen(
            ["ros2", "launch", "object_tracker_sim", "distributed_training.launch.py", *arguments],
            env={**os.environ, "ROS_LOG_DIR": str(log.parent / "log"), name: value},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def ended(self) -> int | None:
        """Return the launch's exit status, None while it runs."""
        return self._process.poll()

    def processes(self) -> dict[int, str]:
        """Return command lines of the launch and all it has started and still lives, by process id.

        By the environment they inherit, by their session, and redis-server, which hides its environment
        behind its title, by its socket, too.
        """
        found = {}
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if fields[0] == "Z":
                    continue
                command = (entry / "cmdline").read_bytes()
                ours = (
                    int(fields[3]) == self._process.pid
                    or self._socket in command
                    or self._mark in (entry / "environ").read_bytes().split(b"\0")
                )
                if ours:
                    found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return found

    def parts(self) -> dict[str, list[int]]:
        """Return the process ids of each kind of part."""
        found: dict[str, list[int]] = {part: [] for part in PARTS}
        for pid, command in self.processes().items():
            for part in PARTS:
                if re.match(rf"(\S*python\S* )?(\S*/)?{part} ", command):
                    found[part].append(pid)
                    if part == "redis-server" and (socket := re.search(r"\S+redis\.sock", command)):
                        self._socket = socket[0].removeprefix("unixsocket:").encode()
        return found

    def end(self) -> None:
        """End whatever is left."""
        for number in (signal.SIGINT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                if self._process.poll() is None:
                    self._process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._thread.join(5)
        self._log.close()

    def left(self, patience: float) -> dict[int, str]:
        """Return what still lives `patience` [s] after the end of the launch."""
        deadline = time.monotonic() + patience
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._log.write(line)
            self._log.flush()
            if found := UPDATE.search(line.decode(errors="replace")):
                self.newest = int(found[1])
                self.updates += 1
