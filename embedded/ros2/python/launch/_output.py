"""Where the lines of a launch go: the screen, and one file below the ROS log folder."""

from __future__ import annotations

import datetime
import os
import socket
import sys
import time
from pathlib import Path


def log_folder() -> Path:
    """Return a new folder name below ROS_LOG_DIR, or ROS_HOME/log, or ~/.ros/log."""
    base = os.environ.get("ROS_LOG_DIR") or Path(os.environ.get("ROS_HOME") or "~/.ros", "log")
    now = datetime.datetime.now().strftime("%Y-%m-%d-%H-%M-%S-%f")
    return Path(base).expanduser() / f"{now}-{socket.gethostname()}-{os.getpid()}"


class Output:
    """Screen and log file of one launch. Main thread only."""

    def __init__(self) -> None:
        folder = log_folder()
        try:
            folder.mkdir(parents=True)
            self._file = (folder / "launch.log").open("w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise RuntimeError(f"cannot write to '{folder}': {error.strerror}; set ROS_LOG_DIR") from None
        self.say("INFO", "launch", f"All log files can be found below {folder}")
        self.say("INFO", "launch", "Default logging verbosity is set to INFO")

    def say(self, level: str, name: str, message: str) -> None:
        """Print and log a message of the launch itself."""
        self._screen(f"[{level}] [{name}]: {message}")
        self._log(level, name, message)

    def relay(self, process: str, line: str, *, screen: bool, log: bool) -> None:
        """Pass on one line of a process."""
        if screen:
            self._screen(f"[{process}] {line}")
        if log:
            self._log("INFO", process, line)

    def _screen(self, line: str) -> None:
        try:
            print(line, flush=True)
        except OSError:  # nobody reads it any more: that must not keep us from ending the processes in order
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _log(self, level: str, name: str, message: str) -> None:
        self._file.write(f"{time.time():.7f} [{level}] [{name}]: {message}\n")
