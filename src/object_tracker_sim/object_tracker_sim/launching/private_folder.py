"""A folder of one launch for its sockets: short path, ours alone, gone with the launch."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from object_tracker_agent.errors import UserError

LOCK = "lock"
LONGEST = 80  # [characters] a Unix socket's path ends at 107 (unix(7)), and the file's name follows
_locks: list[int] = []  # held, by being open, until this process ends however it ends


def create_private_folder() -> Path:
    """Return a new folder with mode 0700, removed when this process ends; first remove those of dead ones.

    Raises UserError if it cannot be created.
    """
    base = Path(tempfile.gettempdir())
    if len(str(base)) > LONGEST - 30:
        base = Path("/tmp")
    remove_stale_folders(base)
    try:
        # It gets its final name only with its lock held, or another launch could take it for a dead one's.
        made = Path(tempfile.mkdtemp(prefix="object_tracker-new-", dir=base))
        descriptor = os.open(made / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder = made.rename(base / f"{_prefix()}{made.name.rpartition('-')[2]}")
    except OSError as error:
        raise UserError(
            f"cannot create a folder for sockets in {base}: {error.strerror}; set TMPDIR"
        ) from None
    _locks.append(descriptor)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def remove_stale_folders(base: Path) -> None:
    """Remove this user's private folders whose launch is no more (killed: it could not do it itself)."""
    for folder in base.glob(f"{_prefix()}*"):
        with contextlib.suppress(OSError):  # somebody else's, in use, or just gone
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(descriptor)


def _prefix() -> str:
    return f"object_tracker-{os.getuid()}-"
