"""Writing a file so that a crash leaves the old one or the new one, never a part."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from object_tracker_agent.errors import UserError

TEMPORARY_PREFIX = ".new-"  # what a crash may leave behind begins with this; nobody reads it

_FULL = (errno.ENOSPC, errno.EDQUOT)


def temporary_name(path: Path) -> Path:
    """Return an unused name beside `path`, so that the two can be exchanged by a rename."""
    return path.with_name(f"{TEMPORARY_PREFIX}{path.name}-{secrets.token_hex(4)}")


def write_and_sync(path: Path, data: bytes) -> None:
    """Write `data` to the new file `path` and wait until it is on the disk. Raises OSError."""
    write_all_and_sync({path: data})


def write_all_and_sync(files: Mapping[Path, bytes]) -> None:
    """Write new files and wait until they are on the disk: together, which takes hardly longer than for one.

    Raises OSError.
    """
    with contextlib.ExitStack() as opened:
        descriptors = []
        for path, data in files.items():
            descriptors.append(_write(path, data))
            opened.callback(os.close, descriptors[-1])
        for descriptor in descriptors:
            os.fsync(descriptor)


def _write(path: Path, data: bytes) -> int:
    """Write a new file; return its descriptor, to be closed by the caller."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append_whole(path: Path, data: bytes) -> None:
    """Append to the file `path` all of `data` or, if that fails, nothing. Raises OSError."""
    with path.open("ab", buffering=0) as file:
        size = file.tell()
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        except OSError:
            file.truncate(size)
            raise


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in place of the file `path` at once: readers see the old content or the new.

    Raises UserError (disk full, no right to write) and leaves the old file as it was.
    """
    temporary = temporary_name(path)
    try:
        write_and_sync(temporary, data)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f"cannot write {path}: {why(error)}") from error


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an error, or what it was raised from, is a disk's want of room."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return True
        cause = cause.__cause__
    return False


def why(error: OSError) -> str:
    """Say in a few words what the system refused and what to do about it."""
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        return f"{reason}; make room on that disk"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{reason}; choose a folder you may write to"
    return reason
