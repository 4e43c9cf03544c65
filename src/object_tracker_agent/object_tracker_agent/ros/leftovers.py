"""Shared memory that killed processes left behind: about 2 MB each, which no one else would give back."""

from __future__ import annotations

import fcntl
import os
import re
import time
from pathlib import Path

# Fast DDS names a participant's memory so; its owner holds a lock (flock) on the file whose name ends in _el.
SEGMENT_LOCK = re.compile(r"(fastrtps_[0-9a-f]{16})_el")
YOUNGEST = 10.0
"""[s] A file is made a moment before it is locked; younger ones are left alone."""


def remove_leftovers(folder: Path = Path("/dev/shm")) -> int:
    """Remove Fast DDS's shared memory of this user's processes that are gone; return how many segments.

    What cannot be removed is left: it costs memory, nothing else.
    """
    removed = 0
    try:
        names = [file.name for file in folder.iterdir()]
    except OSError:
        return 0
    for name in names:
        match = SEGMENT_LOCK.fullmatch(name)
        if match and _abandoned(folder / name):
            for file in (folder / match[1], folder / name):
                try:
                    file.unlink(missing_ok=True)
                except OSError:
                    break
            else:
                removed += 1
    return removed


def _abandoned(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        status = os.fstat(descriptor)
        if status.st_uid != os.getuid() or time.time() - status.st_mtime < YOUNGEST:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # somebody holds it
        return False
    finally:
        os.close(descriptor)
    return True
