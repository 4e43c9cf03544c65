"""A launch under test: started like a user does, watched from outside through /proc."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import subprocess
import termios
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

MARK = "OBJECT_TRACKER_E2E"  # every process of a launch inherits it
LISTEN = "0A"  # state in /proc/net/tcp (include/net/tcp_states.h)
LOOPBACK = {"tcp": "7F", "udp": "7F", "tcp6": "0" * 24 + "01000000", "udp6": "0" * 24 + "01000000"}


class Launched:
    """`ros2 launch object_tracker_sim …` on a terminal of its own, so that Ctrl-C is a real one."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.mark = uuid.uuid4().hex
        self.lines: list[str] = []
        self.open_ports: set[str] = set()  # seen beyond loopback at any time
        self._ended = threading.Event()
        self._terminal, terminal = pty.openpty()
        self.process = subprocess.Popen(
            ["ros2", "launch", "object_tracker_sim", *arguments],
            cwd=folder,
            env={**os.environ, "ROS_LOG_DIR": str(folder / "log"), MARK: self.mark, **environment},
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=lambda: _take_terminal(terminal),
        )
        os.close(terminal)
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._read, self._watch)]
        for thread in self._threads:
            thread.start()

    def ctrl_c(self) -> None:
        """Press Ctrl-C: the kernel sends SIGINT to every process of the terminal's foreground group."""
        os.write(self._terminal, b"\x03")

    def wait_for(self, text: str, timeout: float = 90.0, times: int = 1) -> str:
        """Return the first line that has `text` in it, or a later one. AssertionError if it does not come."""
        deadline = time.monotonic() + timeout
        while True:
            ended = self.process.poll() is not None
            found = [line for line in self.lines if text in line]
            if len(found) >= times:
                return found[times - 1]
            assert not ended, f"ended without {text!r}:\n{self.output}"
            assert time.monotonic() < deadline, f"no {text!r} after {timeout} s:\n{self.output}"
            time.sleep(0.05)

    def wait(self, timeout: float = 90.0) -> int:
        """Wait for the end of the launcher; return its exit status."""
        status = self.process.wait(timeout)
        self._threads[0].join(5)
        return status

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def processes(self) -> dict[int, str]:
        """Return the processes of this launch that live: command line by process id.

        By its environment or by its session: redis-server hides the one behind its title, simulators have
        a session of their own.
        """
        mark = f"{MARK}={self.mark}".encode()
        found = {}
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                pid = int(entry.name)
                state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
                ours = int(session) == self.process.pid and state != "Z"
                if ours or mark in (entry / "environ").read_bytes().split(b"\0"):
                    found[pid] = (
                        (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    )
        return found

    def wait_until_gone(self, seconds: float) -> None:
        """Return once no process of this launch is left. AssertionError after `seconds`."""
        deadline = time.monotonic() + seconds
        while left := self.processes():
            assert time.monotonic() < deadline, f"still there after {seconds} s: {left}\n{self.output}"
            time.sleep(0.1)

    def close(self) -> None:
        """End whatever is left."""
        self._ended.set()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)
        for thread in self._threads:
            thread.join(10)
        os.close(self._terminal)

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)  # a line at a time

    def _watch(self) -> None:
        while not self._ended.wait(0.25):
            self.open_ports |= set(ports_beyond_loopback(self.processes()))


@contextlib.contextmanager
def launched(folder: Path, *arguments: str, **environment: str) -> Iterator[Launched]:
    """Yield a launch that is ended with the test, whatever happens."""
    launch = Launched(folder, *arguments, **environment)
    try:
        yield launch
    finally:
        launch.close()


def ports_beyond_loopback(processes: dict[int, str]) -> Iterator[str]:
    """Yield the sockets of the processes at which something from another machine could arrive."""
    owners: dict[str, str] = {}
    for pid, command in processes.items():
        with contextlib.suppress(OSError):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    target = str(descriptor.readlink())
                    if target.startswith("socket:["):
                        owners[target[8:-1]] = command
    for protocol, loopback in LOOPBACK.items():
        with contextlib.suppress(FileNotFoundError):  # no IPv6
            for line in Path(f"/proc/net/{protocol}").read_text().splitlines()[1:]:
                words = line.split()
                address, state, inode = words[1], words[3], words[9]
                # /proc shows an IPv4 address as a little-endian number, its first byte last.
                local = address[6:8] == loopback if len(loopback) == 2 else address.startswith(loopback)
                receives = state == LISTEN if protocol.startswith("tcp") else True
                if inode in owners and receives and not local:
                    yield f"{protocol} {address} of {owners[inode]}"


def _take_terminal(terminal: int) -> None:
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test runner in the background ignores it
