"""Shared memory of Fast DDS that killed processes left behind and no one else would give back.

A participant has a segment of about 2 MB, and ports of 52 kB each through which others reach it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

# Fast DDS names a participant's memory so; its owner holds a lock (flock) on the file whose name ends in _el.
SEGMENT_LOCK = re.compile(r"(fastrtps_[0-9a-f]{16})_el")
PORT_MUTEX = re.compile(r"sem\.(fastrtps_port[0-9]{1,5})_mutex")
YOUNGEST = 10.0
"""[s] A segment is made a moment before it is locked; younger ones are left alone."""


def remove_leftovers(folder: Path = Path("/dev/shm")) -> int:
    """Remove Fast DDS's shared memory of this user's processes that are gone; return how many pieces.

    What cannot be removed is left: it costs memory, nothing else.
    """
    removed = 0
    try:
        names = [file.name for file in folder.iterdir()]
    except OSError:
        return 0
    for name in names:
        with contextlib.suppress(OSError):  # somebody uses it
            if match := SEGMENT_LOCK.fullmatch(name):
                removed += _remove_segment(folder / match[1], folder / name)
            elif match := PORT_MUTEX.fullmatch(name):
                _remove_port(folder / match[1], folder / name)
                removed += 1
    return removed


def _remove_segment(memory: Path, lock: Path) -> bool:
    with _locked(lock) as descriptor:
        if time.time() - os.fstat(descriptor).st_mtime < YOUNGEST:
            return False
        memory.unlink(missing_ok=True)
        lock.unlink()
    return True


def _remove_port(port: Path, mutex: Path) -> None:
    """Remove a port as the last one to close it does (Fast DDS 2.14, ``~Port`` in SharedMemGlobal.hpp).

    Its lock tells of those who read it only; a living writer whose port were taken from it would never reach
    the next reader. But all have it mapped. They open and remove it while they have its mutex open: when
    nobody has that, nobody is about to, and who comes now waits for us, or finds nothing and makes both anew.

    Raises OSError: somebody uses it.
    """
    with contextlib.ExitStack() as held:
        held.enter_context(_unused(mutex))
        reader, readers = (port.with_name(port.name + suffix) for suffix in ("_el", "_sl"))
        files = [file for file in (port, reader, readers) if file.exists()]
        for file in files:
            held.enter_context(_unused(file))
        for file in (*files, mutex):
            file.unlink()


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[int]:
    """Hold the lock of a file of this user. Raises OSError: somebody else has it, or it is gone."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        status = os.fstat(descriptor)
        if status.st_uid != os.getuid() or not status.st_nlink:
            raise PermissionError(f"{file} is not this user's, or gone")
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _unused(file: Path) -> Iterator[None]:
    """As long as no process on the machine has it mapped or open for writing; whoever opens it so waits.

    This is a lease [fcntl(2)]: the kernel itself knows, of other users' and containers' processes, too.

    Raises OSError: one has.
    """
    with _locked(file) as descriptor:
        # Who waits is told of by a signal. The default one would end this process; this one is ignored.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        try:
            yield
        finally:  # closing alone would leave it to a child that another thread forks just now
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
