"""One trainer per run folder: a lock that the kernel drops with its holder, however that ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from object_tracker_agent.durable_files import why
from object_tracker_agent.errors import UserError


class RunLock:
    """The lock of a run folder, held from `acquire` until `release` or the end of the process.

    The file `lock` holds the process id of the last holder, for people and for the message to a second one.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "lock"
        self._descriptor: int | None = None

    def acquire(self) -> RunLock:
        """Take the lock. Raises UserError naming the process that holds it."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise UserError(f"cannot open {self.path}: {why(error)}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise UserError(
                f"run {self.path.parent} is being trained by process {holder}; "
                "stop that training first or use another output_dir"
            ) from error
        with contextlib.suppress(OSError):  # on a full disk the lock holds, too
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor
        return self

    def release(self) -> None:
        """Give the lock back; safe to call twice. The file stays (removing it would race with a waiter)."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def is_held(self) -> bool:
        """Tell whether any process, this one included, holds the lock now."""
        if self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def wait(self) -> None:
        """Return once nobody holds the lock. Raises UserError: not there."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise UserError(f"cannot open {self.path}: {why(error)}") from error
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        os.close(descriptor)

    def holder(self) -> str:
        """Return the process id of the last holder; nothing if there was none."""
        try:
            return self.path.read_text(errors="replace").strip()
        except OSError:
            return ""

    def __enter__(self) -> RunLock:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
